import fc from 'fast-check';
import { Breaker, type CallOutcome } from './breaker.js';

/** Opens for two seconds exactly. */
const breaker = () => new Breaker(() => 0.5);

function settle(subject: Breaker, outcome: CallOutcome, times: number, at: number): void {
  for (let i = 0; i < times; i++) subject.leave('call', outcome, at);
}

function open(): Breaker {
  const subject = breaker();
  settle(subject, 'failed', 20, 1_000);
  return subject;
}

describe('Breaker', () => {
  test('opens at half of at least twenty calls, and not before', () => {
    const few = breaker();
    settle(few, 'failed', 19, 0);
    expect(few.state).toBe('closed');

    const mixed = breaker();
    for (let i = 0; i < 9; i++) {
      settle(mixed, 'failed', 1, 0);
      settle(mixed, 'answered', 1, 0);
    }
    settle(mixed, 'answered', 1, 0);
    expect(mixed.state).toBe('closed');
    settle(mixed, 'failed', 1, 0);
    expect(mixed.state).toBe('open');
  });

  test('opens at twenty in a row, however many were answered just before', () => {
    const subject = breaker();
    settle(subject, 'answered', 10_000, 0);
    settle(subject, 'failed', 19, 3_000);
    expect(subject.state).toBe('closed');
    settle(subject, 'failed', 1, 3_000);
    expect(subject.state).toBe('open');
  });

  test('opens when half of the answers are late, but not for a pause that makes many late at once', () => {
    const pausing = breaker();
    settle(pausing, 'answered', 1_000, 0);
    settle(pausing, 'late', 200, 3_000);
    expect(pausing.state).toBe('closed');
    settle(pausing, 'late', 800, 4_000);
    expect(pausing.state).toBe('open');
  });

  test('forgets what is older than ten seconds', () => {
    const subject = breaker();
    settle(subject, 'failed', 15, 0);
    settle(subject, 'answered', 6, 11_000);
    settle(subject, 'failed', 5, 11_000);
    expect(subject.state).toBe('closed');
    settle(subject, 'failed', 10, 20_000);
    expect(subject.state).toBe('open');
  });

  test('says nothing of calls that never reached anybody', () => {
    const subject = breaker();
    settle(subject, 'void', 1_000, 0);
    expect(subject.state).toBe('closed');
  });

  test('lets nobody through while it is open, and says how long that is', () => {
    const subject = open();
    expect(subject.enter(1_000)).toBeUndefined();
    expect(subject.enter(2_999)).toBeUndefined();
    expect([subject.retryAfter(1_000), subject.retryAfter(2_999)]).toEqual([2, 1]);
  });

  test('lets three probes through then, and closes when all three are answered', () => {
    const subject = open();
    const passes = Array.from({ length: 5 }, () => subject.enter(3_000));
    expect(passes).toEqual(['probe 1', 'probe 1', 'probe 1', undefined, undefined]);
    subject.leave('probe 1', 'answered', 3_010);
    subject.leave('probe 1', 'answered', 3_010);
    expect(subject.state).toBe('half open');
    subject.leave('probe 1', 'answered', 3_010);
    expect([subject.state, subject.enter(3_010)]).toEqual(['closed', 'call']);
  });

  test('opens again at the first probe that fails, whatever the others say later', () => {
    const subject = open();
    subject.enter(3_000);
    subject.enter(3_000);
    subject.leave('probe 1', 'failed', 6_000);
    subject.leave('probe 1', 'answered', 6_001);
    expect([subject.state, subject.enter(7_999), subject.enter(8_000)]).toEqual([
      'open',
      undefined,
      'probe 2',
    ]);
  });

  test('is not opened again by a probe of an earlier opening, nor closed by it', () => {
    const subject = open();
    for (let i = 0; i < 3; i++) subject.enter(3_000);
    subject.leave('probe 1', 'failed', 6_000);
    expect(subject.enter(8_000)).toBe('probe 2');
    subject.leave('probe 1', 'failed', 8_100);
    subject.leave('probe 1', 'answered', 8_100);
    expect([subject.state, subject.enter(8_100), subject.enter(8_100)]).toEqual([
      'half open',
      'probe 2',
      'probe 2',
    ]);
    expect(subject.enter(8_100)).toBeUndefined();
    for (let i = 0; i < 2; i++) subject.leave('probe 2', 'answered', 8_200);
    expect(subject.state).toBe('half open');
    subject.leave('probe 2', 'answered', 8_200);
    expect(subject.state).toBe('closed');
  });

  test('gives the place of a probe that learned nothing to the next one', () => {
    const subject = open();
    for (let i = 0; i < 3; i++) subject.enter(3_000);
    subject.leave('probe 1', 'void', 3_001);
    expect([subject.enter(3_001), subject.enter(3_001)]).toEqual(['probe 1', undefined]);
  });

  test('does not heed what calls from before it opened say later', () => {
    const subject = open();
    subject.enter(3_000);
    settle(subject, 'failed', 100, 3_000);
    expect(subject.state).toBe('half open');
  });

  test('never stays shut for good: whatever has happened, three answered probes close it', () => {
    const step = fc.tuple(fc.constantFrom<CallOutcome>('answered', 'late', 'failed', 'void'), fc.nat(5_000));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const subject = new Breaker(() => 0.5);
        let now = 0;
        for (const [outcome, ms] of steps) {
          now += ms;
          const pass = subject.enter(now);
          if (pass) subject.leave(pass, outcome, now);
        }
        now += 2_000;
        for (let i = 0; i < 3; i++) {
          const pass = subject.enter(now);
          if (pass === undefined) return false;
          subject.leave(pass, 'answered', now);
        }
        return subject.state === 'closed' && subject.enter(now) === 'call';
      }),
    );
  });
});
