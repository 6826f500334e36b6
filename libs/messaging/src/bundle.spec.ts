import * as fc from 'fast-check';
import {
  type Command,
  chargePayment,
  command,
  commitStock,
  type Event,
  event,
  orderConfirmed,
  paymentCaptured,
  reserveStock,
  send,
  stockReserved,
} from '#contracts';
import { BUNDLE_LIMITS, bundle, pack } from './bundle.js';
import { type Caused, type Message } from './delivery.js';
import { type Member, parseBundle } from './envelope.js';

class Anything {}

const reserve = command('stock.reserve.v1', Anything);
const release = command('stock.release.v1', Anything);
const charge = command('payment.charge.v1', Anything);
const reserved = event('stock.reserved.v1', Anything, ['order']);
const confirmed = event('order.confirmed.v1', Anything);

const CAUSE: Message = {
  type: 'order.place.v1',
  data: {},
  id: 'msg_cause.3',
  causationId: null,
  source: 'gateway',
  trace: { traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01', requestId: 'req_1' },
  attempt: 2,
  replyTo: 'gateway.1',
};
const caused = (contract: Command | Event, data: object = {}): Caused => ({
  message: send(contract as Command, data),
  cause: CAUSE,
});
const membersOf = ({ body }: { readonly body: string }): Member[] => JSON.parse(body);

describe('what one save sends', () => {
  it('is nothing when it sends nothing', () => {
    expect(bundle([])).toEqual([]);
  });

  it('shares a message per service for commands of every kind, and per type for events', () => {
    const bundles = bundle(
      [reserve, confirmed, charge, release, reserved, confirmed].map((contract) => caused(contract)),
    );
    expect(
      bundles.map(({ exchange, routingKey, type, mandatory, count }) => [
        exchange,
        routingKey,
        type,
        mandatory,
        count,
      ]),
    ).toEqual([
      ['waybill.commands', 'stock', 'stock.commands', true, 2],
      ['waybill.events', 'order.confirmed.v1', 'order.confirmed.v1', false, 2],
      ['waybill.commands', 'payment', 'payment.commands', true, 1],
      ['waybill.events', 'stock.reserved.v1', 'stock.reserved.v1', true, 1],
    ]);
  });

  it('can wait if nobody waits for anything in it: neither for a command, nor one of our services for an event', () => {
    const commit = command('stock.commit.v1', Anything, { canWait: true });
    const waits = (...contracts: (Command | Event)[]) =>
      bundle(contracts.map((contract) => caused(contract))).map((one) => one.canWait);
    expect(waits(commit, commit)).toEqual([true]);
    expect(waits(commit, release)).toEqual([false]);
    expect(waits(confirmed, reserved)).toEqual([true, false]);
  });

  it('of an order can wait when it is confirmed, and not before', () => {
    const waits = ({ name }: { readonly name: string }, contract: Command | Event) => [
      name,
      bundle([caused(contract)])[0]?.canWait,
    ];
    const steps = [reserveStock, stockReserved, chargePayment, paymentCaptured, commitStock, orderConfirmed];
    expect(steps.map((step) => waits(step, step as Command))).toEqual([
      ['stock.reserve.v1', false],
      ['stock.reserved.v1', false],
      ['payment.charge.v1', false],
      ['payment.captured.v1', false],
      ['stock.commit.v1', true],
      ['order.confirmed.v1', true],
    ]);
  });

  it('has nothing in it but what is saved and sent: its causes are not', () => {
    const fields = ['body', 'canWait', 'count', 'exchange', 'id', 'mandatory', 'routingKey', 'type'];
    for (const one of bundle([caused(reserve), caused(confirmed)])) {
      expect(Object.keys(one).sort()).toEqual(fields);
    }
  });

  it('says what caused each member, in the same trace and request, on its first try', () => {
    const [one] = bundle([caused(reserve, { orderId: 'ord_1' })]);
    expect(membersOf(one as never)).toEqual([
      {
        id: `${one?.id}.0`,
        type: 'stock.reserve.v1',
        causationId: 'msg_cause.3',
        requestId: 'req_1',
        traceparent: expect.stringMatching(
          /^00-4bf92f3577b34da6a3ce929d0e0e4736-(?!00f067aa0ba902b7)[0-9a-f]{16}-01$/,
        ),
        attempt: 1,
        data: { orderId: 'ord_1' },
      },
    ]);
  });

  it('is read by whoever gets it, however much it is: in order, each once, within the limits', () => {
    const lengths = fc.array(fc.integer({ min: 0, max: 20_000 }), { minLength: 1, maxLength: 150 });
    fc.assert(
      fc.property(lengths, (all) => {
        const bundles = bundle(all.map((length, i) => caused(reserve, { i, text: '漢'.repeat(length) })));
        const read = bundles.flatMap(({ body, count, id }) => {
          const parsed = parseBundle(Buffer.from(body));
          if (!('members' in parsed)) throw new Error(parsed.malformed);
          expect(parsed.members.length).toBe(count);
          expect(parsed.members.map((one) => one.id)).toEqual(parsed.members.map((_, i) => `${id}.${i}`));
          return parsed.members;
        });
        expect(read.map(({ data }) => (data as { i: number }).i)).toEqual(all.map((_, i) => i));
      }),
      { numRuns: 20 },
    );
  });

  it('is a message of its own when it is larger than the limit: that it is too large is for the reader to say', () => {
    const bundles = bundle([caused(reserve, { text: 'x'.repeat(BUNDLE_LIMITS.bytes) }), caused(reserve)]);
    expect(bundles.map(({ count }) => count)).toEqual([1, 1]);
  });
});

describe('packing', () => {
  it('fills messages up to the limit of members', () => {
    const packed = pack([1, 2, 3, 4, 5], { members: 2, bytes: 1_000 }, (n, id) => ({ id, n }));
    expect(packed.map(({ count }) => count)).toEqual([2, 2, 1]);
    expect(packed.map((one) => one.packed)).toEqual([[1, 2], [3, 4], [5]]);
    expect(packed.map(({ body }) => JSON.parse(body).map((one: { n: number }) => one.n))).toEqual([
      [1, 2],
      [3, 4],
      [5],
    ]);
  });

  it('gives each message an id of its own, and each member one of its message', () => {
    const packed = pack([1, 2, 3], { members: 2, bytes: 1_000 }, (_, id) => ({ id }));
    expect(new Set(packed.map(({ id }) => id)).size).toBe(2);
    expect(packed.flatMap(({ body }) => JSON.parse(body))).toEqual([
      { id: `${packed[0]?.id}.0` },
      { id: `${packed[0]?.id}.1` },
      { id: `${packed[1]?.id}.0` },
    ]);
  });
});
