import { type Database } from '#persistence';
import { paymentInvariants } from '../../../test/invariants/payment.js';
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

/** One captured, one refunded after a cancel, one declined, and a cancel whose charge has not come. */
const SOUND = [
  `insert into payments (${COLUMNS}) values
     ('pay_1', 'ord_1', 2, 'captured', 500, 'EUR', 'tok_visa', 'automatic', 'ch_1', 500, 500, 0, null, null, 0, null, now(), now()),
     ('pay_2', 'ord_2', 4, 'refunded', 700, 'EUR', 'tok_visa', 'automatic', 'ch_2', 700, 700, 700, null, now(), 0, null, now(), now()),
     ('pay_3', 'ord_3', 2, 'declined', 900, 'EUR', 'tok_declined', 'automatic', null, 0, 0, 0, 'card_declined', null, 0, null, now(), now()),
     ('pay_4', 'ord_4', 1, 'declined', null, null, null, null, null, 0, 0, 0, 'cancelled', now(), 0, null, now(), now())`,
  `insert into payment_history (payment_id, version, from_status, to_status, at, cause, message_id, request_id, trace_id)
   select p, v, f, t, now(), cause, 'msg_1', 'req_1', 'trace' from (values
     ('pay_1', 1, null, 'requested', 'payment.charge.v1'), ('pay_1', 2, 'requested', 'captured', 'payment.provider_succeeded'),
     ('pay_2', 1, null, 'requested', 'payment.charge.v1'), ('pay_2', 2, 'requested', 'captured', 'payment.provider_succeeded'),
     ('pay_2', 3, 'captured', 'refunding', 'payment.cancel.v1'), ('pay_2', 4, 'refunding', 'refunded', 'payment.provider_succeeded'),
     ('pay_3', 1, null, 'requested', 'payment.charge.v1'), ('pay_3', 2, 'requested', 'declined', 'payment.provider_declined'),
     ('pay_4', 1, null, 'declined', 'payment.cancel.v1')) as h(p, v, f, t, cause)`,
  `insert into ledger_transfers values
     ('pay_1', 'capture', 'provider_clearing', 'sales', 500, 'EUR', now()),
     ('pay_2', 'capture', 'provider_clearing', 'sales', 700, 'EUR', now()),
     ('pay_2', 'refund', 'refunds', 'provider_clearing', 700, 'EUR', now())`,
];

/** How each invariant is broken. Where a constraint makes that impossible, it is dropped first. */
const BREAKS: Readonly<Record<string, string>> = {
  'every journal balances: a transfer debits one account and credits another': `
    alter table ledger_transfers drop constraint ledger_transfers_accounts;
    update ledger_transfers set credit = debit where payment_id = 'pay_1'`,
  'what the ledger moved for a payment is what the payment says it took and gave back': `delete from ledger_transfers where operation = 'refund'`,
  'every transfer belongs to a payment, in its currency, between the accounts of its operation': `update ledger_transfers set currency = 'USD' where payment_id = 'pay_1'`,
  'a payment is captured and refunded at most once': `
    alter table ledger_transfers drop constraint ledger_transfers_pkey;
    insert into ledger_transfers select * from ledger_transfers where payment_id = 'pay_1'`,
  'refunds ≤ captures ≤ authorized ≤ asked': `
    alter table payments drop constraint payments_amounts;
    update payments set refunded_amount = 501 where id = 'pay_1'`,
  'the status of a payment says what became of its money': `update payments set status = 'voided' where id = 'pay_1'`,
  'a payment took only legal steps, one version at a time': `
    update payment_history set to_status = 'refunded' where payment_id = 'pay_1' and version = 2`,
  'a payment stands where its last step led': `update payments set version = 3 where id = 'pay_1'`,
  'the intent was there before the provider was called': `
    update payment_history set to_status = 'authorized' where payment_id = 'pay_1' and version = 1`,
  'what waits for the provider has a time at which it is asked again': `
    alter table payments drop constraint payments_waiting;
    update payments set status = 'unknown' where id = 'pay_3'`,
  'no payment is left unsettled, unknown or halted': `update payments set status = 'unknown', next_attempt_at = now() where id = 'pay_3'`,
  'a cancelled payment keeps nothing': `update payments set cancelled_at = now() where id = 'pay_1'`,
  'the outbox is drained': `
    insert into outbox (id, exchange, routing_key, type, mandatory, body) values ('msg_1', 'x', 'y', 'z', true, '[]')`,
};

it('finds nothing where nothing is wrong', async () => {
  expect(await violations(database)).toEqual([]);
});

it.each([
  ['a journal that does not balance', `update ledger_transfers set credit = debit`, '23514'],
  ['a transfer of nothing', `update ledger_transfers set amount = 0`, '23514'],
  ['a second capture', `insert into ledger_transfers select * from ledger_transfers`, '23505'],
  ['a refund above the capture', `update payments set refunded_amount = 501 where id = 'pay_1'`, '23514'],
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
