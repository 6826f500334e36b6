import fc from 'fast-check';
import { RateLimits } from './rate-limit.js';

const let1 = (limits: RateLimits, caller: string, at: number) =>
  limits.take(caller, at).retryAfter === undefined;

describe('RateLimits', () => {
  test('lets a burst through, then what the rate allows, and says when to come back', () => {
    const limits = new RateLimits({ perSecond: 2, burst: 3 });
    const at = (ms: number) => {
      const { fields, retryAfter } = limits.take('shop', ms);
      return [fields.ratelimit, retryAfter];
    };
    expect(at(0)).toEqual(['"caller";r=2;t=1', undefined]);
    expect(at(0)).toEqual(['"caller";r=1;t=1', undefined]);
    expect(at(0)).toEqual(['"caller";r=0;t=2', undefined]);
    expect(at(0)).toEqual(['"caller";r=0;t=2', 1]);
    expect(at(500)).toEqual(['"caller";r=0;t=2', undefined]);
    expect(at(501)).toEqual(['"caller";r=0;t=2', 1]);
    expect(at(60_000)).toEqual(['"caller";r=2;t=1', undefined]);
  });

  test('says the policy', () => {
    const { fields } = new RateLimits({ perSecond: 2, burst: 3 }).take('shop', 0);
    expect(fields['ratelimit-policy']).toBe('"caller";q=3;w=2');
  });

  test('is on with a rate only', () => {
    expect(new RateLimits({ perSecond: 1, burst: 1 }).isOn).toBe(true);
    expect(new RateLimits({ perSecond: 0, burst: 0 }).isOn).toBe(false);
  });

  test('counts each caller alone', () => {
    const limits = new RateLimits({ perSecond: 1, burst: 1 });
    expect([let1(limits, 'a', 0), let1(limits, 'a', 0), let1(limits, 'b', 0)]).toEqual([true, false, true]);
  });

  test('never lets more through than the burst and the rate allow, and whoever heeds Retry-After is let in', () => {
    const gaps = fc.array(fc.integer({ min: 0, max: 3_000 }), { maxLength: 200 });
    const rate = fc.integer({ min: 1, max: 50 });
    fc.assert(
      fc.property(rate, fc.integer({ min: 1, max: 100 }), gaps, (perSecond, burst, pauses) => {
        const limits = new RateLimits({ perSecond, burst });
        let now = 0;
        let passed = 0;
        for (const pause of pauses) {
          now += pause;
          const { retryAfter } = limits.take('shop', now);
          if (retryAfter === undefined) passed++;
          else if (limits.take('shop', now + retryAfter * 1_000).retryAfter !== undefined) return false;
          else [now, passed] = [now + retryAfter * 1_000, passed + 1];
        }
        return passed <= burst + (now / 1_000) * perSecond;
      }),
    );
  });

  test('forgets the oldest caller rather than grow for ever', () => {
    const limits = new RateLimits({ perSecond: 1, burst: 1 });
    for (let i = 0; i <= 10_000; i++) limits.take(`caller-${i}`, 0);
    expect([let1(limits, 'caller-1', 0), let1(limits, 'caller-0', 0)]).toEqual([false, true]);
  });
});
