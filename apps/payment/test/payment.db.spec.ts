import { newId } from '#contracts';
import { type Message, type Outcome } from '#messaging';
import { type Payment } from '../src/payment.js';
import { paymentStore } from '../src/payment.store.js';
import { type Replica, sandbox, skipPause } from './replica.js';
import { payment, setUp } from './setup.js';
import { message } from './world.js';

const here = setUp();
const { replica, row, status, operations } = here;

describe('a charge', () => {
  it('is intent, call and outcome: two versions of one row, and one transfer', async () => {
    const { id, charge } = payment();
    const one = replica();
    expect(await one.handle(charge())).toEqual([{ ok: null }]);
    expect(one.sent).toEqual([`payment.captured.v1 ${id}`]);
    expect(await row(id)).toMatchObject({ status: 'captured', version: 2, captured_amount: '1999' });

    const { rows: steps } = await here.database.query(
      'select version, to_status, cause from payment_history where payment_id = $1 order by version',
      [id],
    );
    expect(steps).toEqual([
      { version: 1, to_status: 'requested', cause: 'payment.charge.v1' },
      { version: 2, to_status: 'captured', cause: 'payment.provider_succeeded' },
    ]);
    const { rows: transfers } = await here.database.query(
      'select operation, debit, credit, amount, currency from ledger_transfers where payment_id = $1',
      [id],
    );
    expect(transfers).toEqual([
      { operation: 'capture', debit: 'provider_clearing', credit: 'sales', amount: '1999', currency: 'EUR' },
    ]);
  });

  it('that arrives fifty times at two replicas takes the money once and says so once', async () => {
    const { id, charge } = payment();
    const [one, two] = [replica(), replica()];
    const all = Array.from({ length: 50 }, (_, i) => (i % 2 ? one : two).handle(charge()));
    for (const outcomes of await Promise.all(all)) expect(outcomes).toEqual([{ ok: null }]);
    expect(await operations(id)).toEqual(['capture 1999']);
    expect([...one.sent, ...two.sent]).toEqual([`payment.captured.v1 ${id}`]);
    expect((await row(id)).version).toBe(2);
  });

  it('is not written over by who knows an earlier version of it', async () => {
    const { id, charge } = payment();
    await replica().handle(charge());
    const before = (await paymentStore.load(here.database, [id], false)).get(id) as Payment;
    const after: Payment = { ...before, version: before.version + 1 };
    // Without a row of the history, whose key would stop it, too.
    const saving = { changes: [{ key: id, before, after }], appended: [], outbox: [], sent: [] };
    await paymentStore.save(here.database, saving);
    await expect(paymentStore.save(here.database, saving)).rejects.toMatchObject({ code: 'WB409' });
    await here.database.query('update payments set version = $2 where id = $1', [id, before.version]);
  });

  it('is batched with others: a defect among them hurts only itself', async () => {
    const good = Array.from({ length: 20 }, () => payment());
    const bad = payment();
    const one = replica();
    await one.handle(bad.charge());
    const poison = bad.charge({ amount: { amount: 1, currency: 'EUR' } });
    const outcomes = await one.handle(...good.map(({ charge }) => charge()), poison);
    expect(outcomes.slice(0, 20)).toEqual(good.map(() => ({ ok: null })));
    expect(outcomes[20]).toHaveProperty('failed');
    for (const { id } of good) expect(await status(id)).toBe('captured');
  });

  it.each([
    ['tok_declined', 'card_declined'],
    ['tok_insufficient_funds', 'insufficient_funds'],
    ['tok_nobody_knows', 'invalid_method'],
  ])('with %s is declined', async (method, code) => {
    const { id, charge } = payment(method);
    const one = replica();
    await one.handle(charge());
    expect(await row(id)).toMatchObject({ status: 'declined', decline_code: code, captured_amount: '0' });
    expect(one.sent).toEqual([`payment.declined.v1 ${id}`]);
  });
});

describe('an outcome that is not known', () => {
  it.each(['tok_unknown', 'tok_error_once'])('settles with %s', async (method) => {
    const { id, charge } = payment(method);
    const one = replica();
    await one.handle(charge());
    expect([await status(id), one.sent]).toEqual(['unknown', []]);
    await skipPause(here.database, id);
    await one.reconcile();
    expect(await status(id)).toBe('captured');
    expect(await operations(id)).toEqual(['capture 1999']);
    expect(one.sent).toEqual([`payment.captured.v1 ${id}`]);
  });

  it('is not asked for before its time', async () => {
    const { id, charge } = payment('tok_unknown');
    const one = replica();
    await one.handle(charge());
    await one.reconcile();
    expect(await status(id)).toBe('unknown');
    await skipPause(here.database, id);
    await one.reconcile();
  });

  it('settles once, though two replicas look at once', async () => {
    const unsettled = Array.from({ length: 20 }, () => payment('tok_unknown'));
    const [one, two] = [replica(), replica()];
    await one.handle(...unsettled.map(({ charge }) => charge()));
    await Promise.all(unsettled.map(({ id }) => skipPause(here.database, id)));
    await Promise.all([one.reconcile(), two.reconcile()]);
    for (const { id } of unsettled) {
      expect(await row(id)).toMatchObject({ status: 'captured', attempts: 1 });
      expect(await operations(id)).toEqual(['capture 1999']);
    }
    expect([...one.sent, ...two.sent].sort()).toEqual(
      unsettled.map(({ id }) => `payment.captured.v1 ${id}`).sort(),
    );
  });

  it('of tok_error stays unknown until it is cancelled, and is closed after a quarantine', async () => {
    const { id, charge, cancel } = payment('tok_error');
    const one = replica();
    await one.handle(charge());
    for (let i = 0; i < 3; i++) {
      await skipPause(here.database, id);
      await one.reconcile();
    }
    expect(await row(id)).toMatchObject({ status: 'unknown', attempts: 3 });
    await one.handle(cancel());
    expect(await status(id)).toBe('cancelling');
    await skipPause(here.database, id);
    await replica().reconcile();
    expect(await row(id)).toMatchObject({ status: 'declined', decline_code: 'cancelled' });
    expect(await operations(id)).toEqual([]);
  });
});

describe('a cancel', () => {
  it('gives back what was captured, once, however often it comes', async () => {
    const { id, charge, cancel } = payment();
    const [one, two] = [replica(), replica()];
    await one.handle(charge());
    await Promise.all([one, two, one, two].map((any) => any.handle(cancel())));
    expect(await row(id)).toMatchObject({
      status: 'refunded',
      captured_amount: '1999',
      refunded_amount: '1999',
    });
    expect(await operations(id)).toEqual(['capture 1999', 'refund 1999']);
    expect([...one.sent, ...two.sent].filter((fact) => fact.startsWith('payment.refunded'))).toHaveLength(1);
  });

  it('voids what was authorized', async () => {
    const { id, charge, cancel } = payment('tok_visa', 'manual');
    const one = replica();
    await one.handle(charge());
    await one.handle(cancel());
    expect([await status(id), await operations(id)]).toEqual(['voided', ['authorize 1999', 'void 1999']]);
    expect(one.sent).toEqual([`payment.authorized.v1 ${id}`, `payment.voided.v1 ${id}`]);
  });

  it('in one batch with its charge is carried out when the outcome is known', async () => {
    const { id, charge, cancel } = payment();
    const one = replica();
    await one.handle(charge(), cancel());
    expect([await status(id), one.sent]).toEqual([
      'refunded',
      [`payment.refund_succeeded.v1 ${id}`, `payment.refunded.v1 ${id}`],
    ]);
  });

  it('while the outcome is unknown is carried out when it is known', async () => {
    const { id, charge, cancel } = payment('tok_unknown');
    const one = replica();
    await one.handle(charge());
    await one.handle(cancel());
    expect(await status(id)).toBe('cancelling');
    await skipPause(here.database, id);
    await replica().reconcile();
    expect([await status(id), await operations(id)]).toEqual(['refunded', ['capture 1999', 'refund 1999']]);
  });

  it('that comes before its charge keeps it from the provider', async () => {
    const { id, charge, cancel } = payment();
    const [one, two] = [replica(), replica()];
    await one.handle(cancel());
    await two.handle(charge());
    await one.handle(charge());
    expect(await row(id)).toMatchObject({ status: 'declined', decline_code: 'cancelled', amount: '1999' });
    expect([await operations(id), one.sent, two.sent]).toEqual([[], [], []]);
  });
});

it('halts a payment when the provider took another amount, and tells nobody that it is paid', async () => {
  const { id, charge, cancel } = payment();
  const provider = sandbox(here.books);
  const one = replica({
    get: provider.get.bind(provider),
    perform: async (call, signal) => {
      const answer = await provider.perform(call, signal);
      return answer.outcome === 'ok' ? { ...answer, amount: answer.amount - 1 } : answer;
    },
  });
  await one.handle(charge());
  await one.handle(cancel());
  expect(await row(id)).toMatchObject({ status: 'halted', captured_amount: '0' });
  expect(one.sent).toEqual([]);
});

describe('payment.get', () => {
  const ask = (paymentId: string) =>
    message('payment.get.v1', { paymentId }) as unknown as Message<never, never>;
  const get = (one: Replica, ids: readonly string[]): Promise<readonly Outcome[]> =>
    one.handlers.get(ids.map(ask));

  it('answers with the payment as clients see it', async () => {
    const { id, charge, cancel } = payment();
    const one = replica();
    await one.handle(charge());
    await one.handle(cancel());
    const [found] = await get(one, [id]);
    expect(found).toMatchObject({
      ok: {
        id,
        status: 'captured',
        amount: { amount: 1_999, currency: 'EUR' },
        capturedAmount: 1_999,
        refundedAmount: 1_999,
        method: 'tok_visa',
        capture: 'automatic',
        declineCode: null,
        createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:]{8}\.\d{3}Z$/),
      },
    });
  });

  it('knows neither what was never asked for nor a cancel without its charge', async () => {
    const { id, charge, cancel } = payment();
    const one = replica();
    await one.handle(cancel());
    for (const outcome of await get(one, [newId('pay'), id])) {
      expect(outcome).toMatchObject({ refused: { code: 'payment-not-found' } });
    }
    await one.handle(charge());
    expect(await get(one, [id])).toMatchObject([{ ok: { status: 'declined', declineCode: 'cancelled' } }]);
  });
});
