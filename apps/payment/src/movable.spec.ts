import { cancel, capture, charge, giveBack, ok, refund, refunded, TIMING, World } from '../test/world.js';
import { paymentRules } from './decide.js';

/** Of a provider that moves whole euros only. */
const whole = () => new World(paymentRules(TIMING, ({ amount }) => amount % 100 === 0));
const world = (how: 'automatic' | 'manual') =>
  whole().tell(
    charge({ capture: how, amount: { amount: 2_000, currency: 'EUR' } }),
    ok(how === 'manual' ? 'authorize' : 'capture', 2_000),
  );

describe('a sum that the provider cannot move', () => {
  it('is no refund: the client is told, and nothing has happened', () => {
    const asked = world('automatic');
    const { version } = asked.payment ?? {};
    asked.tell(refund(1, 550));
    expect([asked.refusals, asked.refunds, asked.alerts]).toEqual([['validation-failed'], [], []]);
    expect([asked.payment?.version, asked.calls]).toEqual([version, ['call capture']]);
    asked.tell(refund(2, 500), refunded(2, 500), refund(3));
    expect(asked.refunds.map(({ amount }) => amount)).toEqual([500, 1_500]);
  });

  it('is no capture, and one that can be moved may still come', () => {
    const asked = world('manual').tell(capture(1_950));
    expect([asked.refusals, asked.status]).toEqual([['validation-failed'], 'authorized']);
    expect(asked.tell(capture(1_900)).calls.at(-1)).toBe('call capture');
    expect(asked.tell(capture(1_900)).refusals).toHaveLength(1);
  });

  it('is named where the client has sent it, and asked for where it has not', () => {
    const odd = { amount: { amount: 2_050, currency: 'EUR' } };
    const taken = whole().tell(charge(odd), ok('capture', 2_050));
    const open = whole().tell(charge({ ...odd, capture: 'manual' }), ok('authorize', 2_050));
    const asked = [taken.tell(refund(1, 550), refund(2)), open.tell(capture(550), capture())];
    const faults = asked.flatMap(({ refused }) => refused.flatMap(({ details }) => details.errors ?? []));
    expect(faults.map(({ pointer }) => pointer)).toEqual(['/amount/amount', '', '/amount/amount', '']);
    expect(faults[1]?.detail).toContain('must have an amount');
  });

  it('is refused for other reasons first', () => {
    expect(world('automatic').tell(refund(1, 2_050)).refusals).toEqual(['refund-too-large']);
  });

  it('is asked for nevertheless when no client is there to be told', () => {
    expect(world('automatic').tell(giveBack(1, 550)).calls.at(-1)).toBe('call refund');
    const cancelled = world('automatic').tell(giveBack(1, 550), cancel());
    expect(cancelled.refunds.map(({ amount }) => amount)).toEqual([550, 1_450]);
  });
});
