import { randomUUID } from 'node:crypto';
import { newId } from '#contracts';
import { type Message, type Outcome } from '#messaging';
import { type Provider } from '../src/provider.js';
import { type Replica, sandbox, skipPause, violations } from './replica.js';
import { payment, setUp } from './setup.js';
import { message } from './world.js';

const here = setUp();
const { replica, row, status, refunds, operations } = here;

const count = (outcomes: readonly Outcome[], what: 'ok' | 'refused') =>
  outcomes.filter((outcome) => what in outcome).length;
const sum = (all: readonly { readonly amount: number }[]) =>
  all.reduce((total, { amount }) => total + amount, 0);
const request = (data: object) => message('asked', data) as unknown as Message<never, never>;

/** The sandbox, whose answers to refunds are lost as often as told. */
function forgetful(times: number): Provider {
  const provider = sandbox(here.books);
  let left = times;
  return {
    get: provider.get.bind(provider),
    async perform(call, signal) {
      const answer = await provider.perform(call, signal);
      if (call.operation !== 'refund' || left === 0) return answer;
      left--;
      return { outcome: 'unknown', reason: 'no answer in time' };
    },
  };
}

/** The sandbox, whose bank has sent back what refunds have given it. */
function returning(): Provider {
  const provider = sandbox(here.books);
  return {
    perform: provider.perform.bind(provider),
    get: async (call) =>
      call.operation === 'refund' ? { outcome: 'declined', code: 'lost_card' } : provider.get(call),
  };
}

it('a refund that the bank has sent back halts its payment, and leaves the books as they are', async () => {
  const { id, charge, refund } = payment();
  const one = replica(returning());
  const asked = refund(500);
  const { refundId } = asked.data as { refundId: string };
  await one.handle(charge());
  await one.handle(asked);
  await one.handle(message('payment.hinted', { paymentId: id, refundId, event: 'evt_1' }));
  expect(await row(id)).toMatchObject({ status: 'halted', refunded_amount: '500', refunding_amount: '0' });
  expect(await refunds(id)).toMatchObject([{ id: refundId, status: 'succeeded' }]);
  expect(await violations(here.database)).toEqual(['no payment is left unsettled, unknown or halted']);
});

describe('a refund', () => {
  it('is a row of its own, a call of its own and a journal of its own', async () => {
    const { id, charge, refund } = payment();
    const one = replica();
    await one.handle(charge());
    const asked = refund(500);
    const [outcome] = await one.handle(asked);
    const { refundId } = asked.data as { refundId: string };
    expect(outcome).toMatchObject({ ok: { refund: { id: refundId, status: 'requested' }, replayed: false } });
    expect(await refunds(id)).toMatchObject([
      { id: refundId, status: 'succeeded', version: 2, amount: '500', payment_version: 3 },
    ]);
    expect(await row(id)).toMatchObject({
      status: 'captured',
      version: 4,
      refunded_amount: '500',
      refunding_amount: '0',
    });
    expect((await here.books.of(id)).map(({ key }) => key)).toEqual([`${id}:capture`, `${refundId}:refund`]);
    const journals =
      'select journal, debit, credit, amount from ledger_transfers where payment_id = $1 order by at';
    expect((await here.database.query(journals, [id])).rows).toEqual([
      { journal: 'capture', debit: 'provider_clearing', credit: 'sales', amount: '1999' },
      { journal: refundId, debit: 'refunds', credit: 'provider_clearing', amount: '500' },
    ]);
  });

  it('asked for by twenty clients at two replicas gives back all that was captured, and never more', async () => {
    const { id, charge, refund } = payment();
    const [one, two] = [replica(), replica()];
    await one.handle(charge());
    const asked = Array.from({ length: 20 }, (_, i) => (i % 2 ? one : two).handle(refund(300)));
    const outcomes = (await Promise.all(asked)).flat();
    expect([count(outcomes, 'ok'), count(outcomes, 'refused')]).toEqual([6, 14]);
    expect(await row(id)).toMatchObject({ refunded_amount: '1800', refunding_amount: '0' });
    expect(sum((await here.books.of(id)).filter(({ operation }) => operation === 'refund'))).toBe(1_800);
  });

  it('of twenty twins with one key happens once, and all are answered with it', async () => {
    const { id, charge, refund } = payment();
    const [one, two] = [replica(), replica()];
    await one.handle(charge());
    const key = randomUUID();
    const asked = Array.from({ length: 20 }, (_, i) => (i % 2 ? one : two).handle(refund(300, key)));
    const outcomes = (await Promise.all(asked)).flat();
    const ids = outcomes.map((outcome) => (outcome as { ok: { refund: { id: string } } }).ok.refund.id);
    expect([count(outcomes, 'ok'), new Set(ids).size]).toEqual([20, 1]);
    expect(await operations(id)).toEqual(['capture 1999', 'refund 300']);
    const other = await replica().handle(refund(400, key, randomUUID()));
    expect(other).toMatchObject([{ refused: { code: 'idempotency-key-reused' } }]);
  });

  it('whose outcome is not known settles once, though two replicas look at once', async () => {
    const { id, charge, refund } = payment();
    const provider = forgetful(1);
    const [one, two] = [replica(provider), replica(provider)];
    await one.handle(charge(), refund(500));
    await one.handle(refund(500));
    expect(await refunds(id)).toMatchObject([{ status: 'unknown' }]);
    await one.reconcile();
    expect(await refunds(id)).toMatchObject([{ status: 'unknown', attempts: 0 }]);
    await skipPause(here.database, id);
    await Promise.all([one.reconcile(), two.reconcile()]);
    expect(await refunds(id)).toMatchObject([{ status: 'succeeded', attempts: 1 }]);
    expect(await operations(id)).toEqual(['capture 1999', 'refund 500']);
  });

  it('that a crash left between intent and call, or between call and outcome, is finished by another process', async () => {
    for (const dies of ['before', 'after']) {
      const { id, charge, refund } = payment();
      const provider = sandbox(here.books);
      const dead: Replica = replica({
        get: provider.get.bind(provider),
        async perform(call, signal) {
          const answer = await provider.perform(call, signal);
          if (call.operation === 'refund') dead.crash();
          return answer;
        },
      });
      await dead.handle(charge());
      if (dies === 'before') dead.crash();
      await dead.handle(refund(500));
      expect(await refunds(id)).toMatchObject([{ status: 'requested' }]);
      await skipPause(here.database, id);
      await replica().reconcile();
      expect([await refunds(id), await operations(id)]).toMatchObject([
        [{ status: 'succeeded' }],
        ['capture 1999', 'refund 500'],
      ]);
    }
  });

  it('that the provider refuses is left for a person, and its amount is not given twice', async () => {
    const { id, charge, refund } = payment();
    const provider = sandbox(here.books);
    const one = replica({
      get: provider.get.bind(provider),
      perform: async (call, signal) =>
        call.operation === 'refund' ? { outcome: 'declined', code: 'no' } : provider.perform(call, signal),
    });
    await one.handle(charge());
    await one.handle(refund(1_500));
    expect([await refunds(id), await status(id)]).toMatchObject([[{ status: 'halted' }], 'captured']);
    expect(await one.handle(refund(500))).toMatchObject([{ refused: { code: 'refund-too-large' } }]);
  });
});

describe('a cancel of the order', () => {
  it('after refunds gives back exactly the rest', async () => {
    const { id, charge, refund, cancel } = payment();
    const one = replica();
    await one.handle(charge());
    await one.handle(refund(500));
    await one.handle(cancel());
    await replica().handle(cancel());
    expect(await row(id)).toMatchObject({ status: 'refunded', refunded_amount: '1999' });
    expect(await operations(id)).toEqual(['capture 1999', 'refund 500', 'refund 1499']);
    expect(one.sent).toEqual([
      `payment.captured.v1 ${id}`,
      `payment.refund_succeeded.v1 ${id}`,
      `payment.refund_succeeded.v1 ${id}`,
      `payment.refunded.v1 ${id}`,
    ]);
  });

  it('against twenty refunds at two replicas gives back what was captured, and says so once', async () => {
    for (let round = 0; round < 5; round++) {
      const { id, charge, refund, cancel } = payment();
      const [one, two] = [replica(), replica()];
      await one.handle(charge());
      const refunding = Array.from({ length: 20 }, (_, i) => (i % 2 ? one : two).handle(refund(90)));
      await Promise.all([...refunding, two.handle(cancel()), one.handle(cancel())]);
      expect(await row(id)).toMatchObject({ status: 'refunded', refunded_amount: '1999' });
      expect(sum((await here.books.of(id)).filter(({ operation }) => operation === 'refund'))).toBe(1_999);
      expect([...one.sent, ...two.sent].filter((fact) => fact.startsWith('payment.refunded'))).toHaveLength(
        1,
      );
    }
  });

  it('waits for a refund whose outcome is not known', async () => {
    const { id, charge, refund, cancel } = payment();
    const one = replica(forgetful(1));
    await one.handle(charge());
    await one.handle(refund(500));
    await one.handle(cancel());
    expect([await status(id), one.sent.at(-1)]).toEqual(['refunding', `payment.refund_succeeded.v1 ${id}`]);
    await skipPause(here.database, id);
    await one.reconcile();
    expect([await status(id), one.sent.at(-1)]).toEqual(['refunded', `payment.refunded.v1 ${id}`]);
  });
});

describe('what can be asked about refunds', () => {
  it('is one of them, all of them by pages, and the postings of the payment', async () => {
    const { id, charge, refund } = payment();
    const one = replica();
    await one.handle(charge());
    for (const amount of [100, 200, 300]) await one.handle(refund(amount));
    const { handlers } = one;
    const first = await handlers.listRefunds({ paymentId: id, limit: 2 });
    const second = await handlers.listRefunds({ paymentId: id, limit: 2, after: first.next as string });
    expect(first.data.map(({ amount }) => amount.amount)).toEqual([100, 200]);
    expect([second.data.map(({ amount }) => amount.amount), second.next]).toEqual([[300], null]);

    const [{ id: refundId } = { id: '' }] = first.data;
    expect(await handlers.getRefund({ paymentId: id, refundId })).toEqual(first.data[0]);
    const elsewhere = handlers.getRefund({ paymentId: newId('pay'), refundId });
    await expect(elsewhere).rejects.toMatchObject({ code: 'refund-not-found' });

    const page = await handlers.ledger({ paymentId: id, limit: 1 });
    expect(page.data).toMatchObject([
      {
        journal: 'capture',
        account: 'provider_clearing',
        debit: { amount: 1_999, currency: 'EUR' },
        credit: null,
      },
      { journal: 'capture', account: 'sales', debit: null, credit: { amount: 1_999, currency: 'EUR' } },
    ]);
    const rest = await handlers.ledger({ paymentId: id, limit: 10, after: page.next as string });
    expect([rest.data.length, rest.data[0]?.journal, rest.next]).toEqual([6, refundId, null]);
  });

  it('is refused for a payment that nobody knows', async () => {
    const { handlers } = replica();
    const asked = { paymentId: newId('pay'), limit: 1 };
    await expect(handlers.listRefunds(asked)).rejects.toMatchObject({ code: 'payment-not-found' });
    await expect(handlers.ledger(asked)).rejects.toMatchObject({ code: 'payment-not-found' });
    expect(await handlers.get([request(asked)])).toMatchObject([{ refused: { code: 'payment-not-found' } }]);
  });
});
