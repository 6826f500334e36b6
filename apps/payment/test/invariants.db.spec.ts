import { type Database } from '#persistence';
import { paymentInvariants } from '../src/invariants.store.js';
import { openDatabase, violations } from './replica.js';

let database: Database;
let drop: () => Promise<void>;

beforeAll(async () => {
  ({ database, drop } = await openDatabase());
  for (const statement of SOUND) await database.query(statement);
});
afterAll(() => drop());

const COLUMNS = `id, order_id, version, status, amount, currency, method, capture, charge_id, authorized_amount,
  captured_amount, refunded_amount, decline_code, cancelled_at, attempts, next_attempt_at, created_at, updated_at`;

/** One captured in part and refunded in part, one refunded after a cancel, one declined, and a cancel whose charge has not come. */
const SOUND = [
  `insert into payments (${COLUMNS}) values
     ('pay_1', 'ord_1', 6, 'captured', 600, 'EUR', 'tok_visa', 'manual', 'ch_1', 600, 500, 200, null, null, 0, null, now(), now()),
     ('pay_2', 'ord_2', 4, 'refunded', 700, 'EUR', 'tok_visa', 'automatic', 'ch_2', 700, 700, 700, null, now(), 0, null, now(), now()),
     ('pay_3', 'ord_3', 2, 'declined', 900, 'EUR', 'tok_declined', 'automatic', null, 0, 0, 0, 'card_declined', null, 0, null, now(), now()),
     ('pay_4', 'ord_4', 1, 'declined', null, null, null, null, null, 0, 0, 0, 'cancelled', now(), 0, null, now(), now())`,
  `insert into refunds (id, payment_id, version, status, amount, currency, payment_version, attempts, created_at, updated_at) values
     ('ref_1', 'pay_1', 2, 'succeeded', 200, 'EUR', 5, 0, now(), now()),
     ('ref_2', 'pay_2', 2, 'succeeded', 700, 'EUR', 3, 0, now(), now())`,
  `insert into payment_history (payment_id, version, from_status, to_status, at, cause, message_id, request_id, trace_id, detail)
   select p, v, f, t, now(), cause, 'msg_1', 'req_1', 'trace', detail::json from (values
     ('pay_1', 1, null, 'requested', 'payment.charge.v1', null),
     ('pay_1', 2, 'requested', 'authorized', 'payment.provider_succeeded', '{"operation":"authorize"}'),
     ('pay_1', 3, 'authorized', 'capturing', 'payment.capture.v1', null),
     ('pay_1', 4, 'capturing', 'captured', 'payment.provider_succeeded', '{"operation":"capture"}'),
     ('pay_1', 5, 'captured', 'captured', 'payment.refund.v1', '{"refundId":"ref_1"}'),
     ('pay_1', 6, 'captured', 'captured', 'payment.provider_succeeded', '{"operation":"refund","refundId":"ref_1"}'),
     ('pay_2', 1, null, 'requested', 'payment.charge.v1', null),
     ('pay_2', 2, 'requested', 'captured', 'payment.provider_succeeded', '{"operation":"capture"}'),
     ('pay_2', 3, 'captured', 'refunding', 'payment.cancel.v1', '{"refundId":"ref_2"}'),
     ('pay_2', 4, 'refunding', 'refunded', 'payment.provider_succeeded', '{"operation":"refund","refundId":"ref_2"}'),
     ('pay_3', 1, null, 'requested', 'payment.charge.v1', null),
     ('pay_3', 2, 'requested', 'declined', 'payment.provider_declined', '{"operation":"capture"}'),
     ('pay_4', 1, null, 'declined', 'payment.cancel.v1', null)) as h(p, v, f, t, cause, detail)`,
  `insert into ledger_transfers (payment_id, journal, operation, debit, credit, amount, currency, at) values
     ('pay_1', 'capture', 'capture', 'provider_clearing', 'sales', 500, 'EUR', now()),
     ('pay_1', 'ref_1', 'refund', 'refunds', 'provider_clearing', 200, 'EUR', now()),
     ('pay_2', 'capture', 'capture', 'provider_clearing', 'sales', 700, 'EUR', now()),
     ('pay_2', 'ref_2', 'refund', 'refunds', 'provider_clearing', 700, 'EUR', now())`,
];

/** How each invariant is broken. Where a constraint makes that impossible, it is dropped first. */
const BREAKS: Readonly<Record<string, string>> = {
  'every journal balances: a transfer debits one account and credits another': `
    alter table ledger_transfers drop constraint ledger_transfers_accounts;
    update ledger_transfers set credit = debit where payment_id = 'pay_1'`,
  'what the ledger moved for a payment is what the payment says it took and gave back': `delete from ledger_transfers where operation = 'refund'`,
  'every transfer belongs to a payment, in its currency, between the accounts of its operation': `update ledger_transfers set currency = 'USD' where payment_id = 'pay_1'`,
  'the trial balance is zero in every currency': `
    alter table ledger_transfers drop constraint ledger_transfers_accounts;
    update ledger_transfers set credit = 'nowhere' where journal = 'ref_1'`,
  'the balance of each account is what the payments say': `update ledger_transfers set amount = 499 where journal = 'capture' and payment_id = 'pay_1'`,
  'what an hour of the ledger says is the sum of the postings in it that are closed': `update ledger_closing set closed_to = 1`,
  'a refund is posted when it has succeeded, and only then': `update ledger_transfers set journal = 'ref_9' where journal = 'ref_1'`,
  'what a payment gives back is what its refunds give back': `delete from refunds where id = 'ref_1'`,
  'a refund was there before the provider was called': `update refunds set payment_version = 6 where id = 'ref_1'`,
  'no refund is left unsettled, unknown or halted': `update refunds set status = 'halted' where id = 'ref_1'`,
  'a payment is captured at most once, and each of its refunds is posted at most once': `
    alter table ledger_transfers drop constraint ledger_transfers_pkey;
    insert into ledger_transfers select * from ledger_transfers where payment_id = 'pay_1'`,
  'refunds ≤ captures ≤ authorized ≤ asked, what is under way included': `
    alter table payments drop constraint payments_amounts;
    update payments set refunding_amount = 301 where id = 'pay_1'`,
  'the status of a payment says what became of its money': `update payments set status = 'voided' where id = 'pay_1'`,
  'a payment took only legal steps, one version at a time': `
    update payment_history set to_status = 'refunded' where payment_id = 'pay_1' and version = 2`,
  'a payment stands where its last step led': `update payments set version = 7 where id = 'pay_1'`,
  'the intent was there before the provider was called': `
    update payment_history set to_status = 'authorized' where payment_id = 'pay_3' and version = 1`,
  'what waits for the provider has a time at which it is asked again': `
    alter table payments drop constraint payments_waiting;
    update payments set status = 'unknown' where id = 'pay_3'`,
  'no payment is left unsettled, unknown or halted': `update payments set status = 'unknown', next_attempt_at = now() where id = 'pay_3'`,
  'no refund waits for a capture': `update payments set waiting_refunds = '[]' where id = 'pay_1'`,
  'an authorization has an end, and nothing else but the step of a customer does': `update payments set expires_at = now() where id = 'pay_1'`,
  'no authorization stands past its end': `update payments set status = 'authorized', expires_at = now() - interval '1 minute' where id = 'pay_3'`,
  'a cancelled payment keeps nothing': `update payments set cancelled_at = now() where id = 'pay_1'`,
  'the outbox is drained': `
    insert into outbox (id, exchange, routing_key, type, mandatory, body) values ('msg_1', 'x', 'y', 'z', true, '[]')`,
};

it('finds nothing where nothing is wrong', async () => {
  expect(await violations(database)).toEqual([]);
});

it.each([
  ['a journal that does not balance', `update ledger_transfers set credit = debit`, '23514'],
  [
    'a refund as a journal of the capture',
    `update ledger_transfers set journal = 'ref_1' where journal = 'capture'`,
    '23514',
  ],
  ['a transfer of nothing', `update ledger_transfers set amount = 0`, '23514'],
  ['a second capture', `insert into ledger_transfers select * from ledger_transfers`, '23505'],
  ['a refund above the capture', `update payments set refunded_amount = 501 where id = 'pay_1'`, '23514'],
  [
    'refunds under way above the capture',
    `update payments set refunding_amount = 301 where id = 'pay_1'`,
    '23514',
  ],
  [
    'a capture above the authorization',
    `update payments set captured_amount = 601 where id = 'pay_1'`,
    '23514',
  ],
  ['a second refund for one key', `update refunds set key = gen_random_uuid()`, '23514'],
  ['an unsettled payment that nobody would ask about', `update payments set status = 'unknown'`, '23514'],
])('stops %s before any invariant has to find it', async (_, statement, code) => {
  await expect(database.query(statement)).rejects.toMatchObject({ code });
});

it.each(paymentInvariants.map(({ id, name }) => [id, name]))(
  'finds a violation of %s: %s',
  async (_, name) => {
    const undo = new Error('undo');
    const attempt = database.transaction(async (tx) => {
      await tx.query(BREAKS[name] as string);
      expect(await violations(tx)).toContain(name);
      throw undo;
    });
    await expect(attempt).rejects.toBe(undo);
  },
);
