import { type TestDatabase, testDatabase } from '#testing';
import { idempotencyOf } from '../../apps/gateway/src/http/idempotency.js';
import { foundIn, type Looking } from './found.js';
import { type Attempt, type Deed } from './journal.js';
import { type Counts, type Found, judge } from './verdict.js';

type Service = Parameters<Looking['rows']>[0];

const SERVICES: readonly Service[] = ['order', 'payment', 'stock'];
let databases: Readonly<Record<Service, TestDatabase>>;

beforeAll(async () => {
  const made = SERVICES.map(async (service) => [service, await testDatabase(service)] as const);
  databases = Object.fromEntries(await Promise.all(made)) as typeof databases;
});
afterAll(() => Promise.all(Object.values(databases ?? {}).map(({ drop }) => drop())));

const lines = (quantity: number, more: object = {}) => [{ sku: 'tea', quantity, ...more }];
const order = (phase: string, has: readonly object[], reason?: string, metadata: object = {}): string =>
  `insert into orders (id, phase, version, customer_id, currency, lines, total_amount, metadata, money_returned, reason,
     created_at, updated_at)
   values ('ord_1', '${phase}', 9, 'cus_1', 'EUR', '${JSON.stringify(has)}', 500, '${JSON.stringify(metadata)}', false,
     ${reason ? `'{"code": "${reason}"}'` : 'null'}, now(), now())`;
const step = (version: number, cause: string, detail: object = {}): string =>
  `insert into order_history (order_id, version, from_phase, to_phase, at, cause, source, message_id, request_id, trace_id,
     detail)
   values ('ord_1', ${version}, 'confirmed', 'confirmed', now(), '${cause}', 'order', 'evt_1', 'req_1', 'trc_1',
     '${JSON.stringify(detail)}')`;
const changed = (version: number, was: number): string[] => [
  step(version - 1, 'order.change.v1'),
  step(version, 'stock.changed.v1', { was: { lines: lines(was) } }),
];
const placed = (quantity: number): string =>
  order('awaiting_payment', lines(quantity), undefined, { ref: 'ord-1' });
const returned = (version: number, { id = 'ret_1', quantity = 3, restock = true } = {}): string =>
  step(version, 'order.return.v1', { return: { id, reason: 'ret-1', lines: lines(quantity), restock } });
const shipped = (version: number, quantity?: number): string =>
  step(version, 'order.fulfil.v1', {
    shipment: { trackingNumber: 'shp-1', ...(quantity && { lines: lines(quantity) }) },
  });
const gone = (fulfilledQuantity: number, returnedQuantity = 0): string =>
  order('fulfilled', lines(4, { fulfilledQuantity, returnedQuantity }));
const refunded = (amount: number): string =>
  `insert into refunds (id, payment_id, version, status, amount, currency, reason, key, fingerprint, payment_version, attempts,
     created_at, updated_at)
   values ('ref_1', 'pay_1', 1, 'succeeded', ${amount}, 'EUR', 'ref-1', gen_random_uuid(), gen_random_uuid(), 1, 0, now(), now())`;

const payment = (status: string, captured: number): string =>
  `insert into payments (id, order_id, version, status, amount, currency, method, capture, authorized_amount,
     captured_amount, refunded_amount, attempts, created_at, updated_at)
   values ('pay_1', 'ord_1', 1, '${status}', 500, 'EUR', 'tok_visa', 'manual', 500, ${captured}, 0, 0, now(), now())`;
const captured = (amount: number): string =>
  `insert into ledger_transfers values ('pay_1', 'capture', 'provider_clearing', 'sales', ${amount}, 'EUR', now(), 'capture')`;
const causedBy = (cause: string): string =>
  `insert into payment_history (payment_id, version, to_status, at, cause, message_id, request_id, trace_id)
   values ('pay_1', 2, 'capturing', now(), '${cause}', 'evt_1', 'req_1', 'trc_1')`;

const moved = (kind: string, seq: number, deltas: Readonly<Record<string, number>>): string[] => [
  `insert into movements (sku, seq, kind, on_hand_delta, reserved_delta, message_id)
   values ('tea', ${seq}, '${kind}', ${Object.values(deltas).reduce((sum, delta) => sum + delta, 0)}, 0, 'evt_1')`,
  ...Object.entries(deltas).map(
    ([location, delta]) =>
      `insert into location_movements (sku, seq, location, on_hand_delta, reserved_delta)
       values ('tea', ${seq}, '${location}', ${delta}, 0)`,
  ),
];
const answered = (ref: string, route: string, version: number): string => {
  const asked = { caller: 'test', route: `POST /v1/stock/:sku/${route}`, path: '', body: {} };
  const { key, fingerprint } = idempotencyOf(ref, asked);
  return `insert into adjustments (key, fingerprint, level)
    values ('${key}', '${fingerprint}', '{"sku": "tea", "version": ${version}}')`;
};

const OPEN = order('awaiting_payment', lines(3));
const A_CHANGE = { ref: 'ord_1@2 tea×3', id: '4 tea×3' };
const A_PLACE = { ref: 'ord-1 tea×3', id: 'ord_1' };
const A_PARCEL = { ref: 'shp-1 ord_1 tea×3', id: 'ord_1' };
const ALL_OF_IT = { ref: 'shp-1 ord_1 all', id: 'ord_1' };
const A_REFUND = { ref: 'ref-1 pay_1 250', id: 'ref_1' };
const A_RETURN = { ref: 'ret-1 ord_1 tea×3 back', id: 'ret_1' };
const A_CAPTURE = { ref: 'pay_1 200', id: 'pay_1 200' };
const A_VOID = { ref: 'pay_1', id: 'pay_1 voided' };
const A_DELIVERY = { ref: 'rcv-1 tea north:80', id: 'tea@2' };
const delivered = (deltas: Readonly<Record<string, number>>): string[] => [
  ...moved('received', 2, deltas),
  answered('rcv-1', 'adjustments', 2),
];
const DELIVERED = delivered({ north: 80 });
const TO_MAIN = `insert into movements (sku, seq, kind, on_hand_delta, reserved_delta, message_id)
  values ('tea', 2, 'received', 80, 0, 'evt_1')`;
const A_TRANSFER = { ref: 'trf-1 tea main:-5,north:5', id: 'tea@2' };
const transferred = (deltas: Readonly<Record<string, number>>): string[] => [
  ...moved('transferred', 2, deltas),
  answered('trf-1', 'transfers', 2),
];
const TRANSFERRED = transferred({ main: -5, north: 5 });
const A_CANCEL = { ref: 'ord_1', id: 'ord_1' };
const no = ({ ref }: { readonly ref: string }) => ({ ref, refused: '409' });

type Case = readonly [
  deed: Deed,
  fate: keyof Counts,
  what: string,
  attempt: Pick<Attempt, 'ref' | 'id' | 'refused'>,
  statements: readonly string[],
];

const CASES: readonly Case[] = [
  ['place', 'ok', 'has what was ordered', A_PLACE, [placed(3)]],
  ['place', 'ok', 'was changed later on', A_PLACE, [placed(5), ...changed(4, 3), ...changed(6, 2)]],
  ['place', 'lost', 'is not there', A_PLACE, []],
  ['place', 'lost', 'has other lines', A_PLACE, [placed(2)]],

  ['fulfil', 'ok', 'a parcel has left', A_PARCEL, [gone(3), shipped(4, 3)]],
  ['fulfil', 'ok', 'all has left', ALL_OF_IT, [gone(4), shipped(4)]],
  ['fulfil', 'lost', 'another parcel has left', A_PARCEL, [gone(2), shipped(4, 2)]],
  ['fulfil', 'lost', 'all has left instead of a parcel', A_PARCEL, [gone(4), shipped(4)]],
  ['fulfil', 'unexpected', 'more is gone than its parcels took', A_PARCEL, [gone(4), shipped(4, 3)]],
  ['fulfil', 'unexpected', 'not all is gone', ALL_OF_IT, [gone(3), shipped(4)]],
  ['fulfil', 'unexpected', 'some is gone without a parcel', no(A_PARCEL), [gone(1)]],

  ['refund', 'ok', 'is there', A_REFUND, [refunded(250)]],
  ['refund', 'lost', 'is not there', A_REFUND, []],
  ['refund', 'lost', 'gave back another amount', A_REFUND, [refunded(100)]],

  ['change', 'ok', 'has the lines that were told', A_CHANGE, [OPEN, ...changed(4, 1)]],
  ['change', 'lost', 'is not there', A_CHANGE, [OPEN]],
  ['change', 'lost', 'has other lines', A_CHANGE, [order('awaiting_payment', lines(2)), ...changed(4, 1)]],
  [
    'change',
    'duplicated',
    'was carried out twice',
    A_CHANGE,
    [OPEN, ...changed(4, 1), step(5, 'stock.changed.v1', { was: { lines: lines(3) } })],
  ],
  ['change', 'unexpected', 'was refused', no(A_CHANGE), [OPEN, ...changed(4, 1)]],

  ['return', 'ok', 'is there', A_RETURN, [gone(4, 3), returned(4)]],
  ['return', 'lost', 'is not there', A_RETURN, []],
  ['return', 'lost', 'has other lines', A_RETURN, [gone(4, 2), returned(4, { quantity: 2 })]],
  ['return', 'lost', 'was not put back', A_RETURN, [gone(4, 3), returned(4, { restock: false })]],
  ['return', 'duplicated', 'was taken twice', A_RETURN, [returned(4), returned(5, { id: 'ret_2' })]],
  ['return', 'unexpected', 'its order knows of fewer', A_RETURN, [gone(4, 2), returned(4)]],
  ['return', 'unexpected', 'was refused', no(A_RETURN), [returned(4)]],

  ['capture', 'ok', 'took what was told', A_CAPTURE, [captured(200)]],
  ['capture', 'lost', 'took nothing', A_CAPTURE, []],
  ['capture', 'lost', 'took another amount', A_CAPTURE, [captured(500)]],
  ['capture', 'unexpected', 'was refused', no(A_CAPTURE), [captured(200), causedBy('payment.capture.v1')]],
  ['capture', 'refused', 'all was taken when the goods left', no(A_CAPTURE), [captured(500)]],

  ['void', 'ok', 'has let go', A_VOID, [payment('voided', 0)]],
  ['void', 'lost', 'was captured', A_VOID, [payment('captured', 500)]],
  ['void', 'unexpected', 'was refused', no(A_VOID), [payment('voided', 0), causedBy('payment.void.v1')]],
  ['void', 'refused', 'a cancel has let go', no(A_VOID), [payment('voided', 0)]],

  ['receive', 'ok', 'is there', A_DELIVERY, DELIVERED],
  ['receive', 'lost', 'is not there', A_DELIVERY, []],
  [
    'receive',
    'ok',
    'is where all is',
    { ...A_DELIVERY, ref: 'rcv-1 tea main:80' },
    [TO_MAIN, answered('rcv-1', 'adjustments', 2)],
  ],
  ['receive', 'lost', 'is there in part', A_DELIVERY, delivered({ north: 8 })],
  ['receive', 'lost', 'is somewhere else', A_DELIVERY, delivered({ south: 80 })],
  [
    'receive',
    'unexpected',
    'was counted twice',
    A_DELIVERY,
    [...DELIVERED, ...moved('received', 3, { north: 80 })],
  ],
  ['receive', 'unexpected', 'was refused', no(A_DELIVERY), DELIVERED],
  ['transfer', 'ok', 'is there', A_TRANSFER, TRANSFERRED],
  ['transfer', 'lost', 'is not there', A_TRANSFER, []],
  ['transfer', 'lost', 'went the wrong way round', A_TRANSFER, transferred({ main: 5, north: -5 })],
  [
    'transfer',
    'unexpected',
    'went twice',
    A_TRANSFER,
    [...TRANSFERRED, ...moved('transferred', 3, { main: -5, north: 5 })],
  ],
  ['transfer', 'unexpected', 'was refused', no(A_TRANSFER), TRANSFERRED],

  ['cancel', 'ok', 'is cancelled', A_CANCEL, [order('cancelled', lines(3), 'requested')]],
  ['cancel', 'ok', 'has no rest', A_CANCEL, [order('fulfilled', lines(3, { cancelledQuantity: 2 }))]],
  ['cancel', 'lost', 'has all left', A_CANCEL, [order('fulfilled', lines(3))]],
];

it.each(CASES)('of a %s that counts as %s: %s', async (deed, fate, _, attempt, statements) => {
  const asked: Attempt = { deed, inDoubt: false, ...attempt };
  const { counts, violations } = judge(deed, [asked], await foundAfter(statements, [asked]));
  expect(counts).toMatchObject({ [fate]: 1 });
  expect(violations.length > 0).toBe(['lost', 'duplicated', 'unexpected'].includes(fate));
});

it('knows the lines of a change that another one has followed', async () => {
  const asked = ['ord_1@2 tea×2', 'ord_1@4 tea×3'].map(
    (ref): Attempt => ({ deed: 'change', ref, inDoubt: true }),
  );
  const found = await foundAfter([OPEN, ...changed(4, 1), ...changed(6, 2)], asked);
  expect([...found]).toEqual([
    ['ord_1@2 tea×2', ['4 tea×2']],
    ['ord_1@4 tea×3', ['6 tea×3']],
  ]);
});

/** What is found of attempts when the books have these rows, which are taken back. */
function foundAfter(statements: readonly string[], attempts: readonly Attempt[]): Promise<Found> {
  const undo = new Error('undo');
  const looking: Looking = {
    rows: async <T extends object>(service: Service, sql: string, values: unknown[] = []): Promise<T[]> => {
      let rows: T[] = [];
      const trial = databases[service].database.transaction(async (tx) => {
        for (const statement of statements) await tx.query(statement);
        ({ rows } = await tx.query<T>(sql, values));
        throw undo;
      });
      await expect(trial).rejects.toBe(undo);
      return rows;
    },
  };
  return foundIn(looking, attempts[0]?.deed ?? 'place', attempts);
}
