import { migrate, migrationsOf } from '#persistence';
import { testDatabase } from '#testing';
import { type Replica, sandbox, skipPause, violations } from './replica.js';
import { payment, setUp } from './setup.js';

const here = setUp();
const { replica, row, status, operations } = here;
const manual = (method?: string) => payment(method, 'manual');

describe('a manual capture', () => {
  it('takes a part of what is authorized, once, however many ask at two replicas', async () => {
    const { id, charge, capture } = manual();
    const [one, two] = [replica(), replica()];
    await one.handle(charge());
    const asked = Array.from({ length: 20 }, (_, i) => (i % 2 ? one : two).handle(capture(500)));
    for (const [outcome] of await Promise.all(asked)) expect(outcome).toHaveProperty('ok');
    expect(await row(id)).toMatchObject({
      status: 'captured',
      authorized_amount: '1999',
      captured_amount: '500',
      capturing_amount: '0',
    });
    expect(await operations(id)).toEqual(['authorize 1999', 'capture 500']);
    expect([...one.sent, ...two.sent].sort()).toEqual([
      `payment.authorized.v1 ${id}`,
      `payment.captured.v1 ${id}`,
    ]);
  });

  it('against a void has one winner, and the other is refused', async () => {
    for (let round = 0; round < 5; round++) {
      const { id, charge, capture, release } = manual();
      const [one, two] = [replica(), replica()];
      await one.handle(charge());
      const outcomes = await Promise.all([one.handle(capture()), two.handle(release())]);
      const refused = outcomes.flat().filter((outcome) => 'refused' in outcome);
      expect(refused).toHaveLength(1);
      expect(['captured', 'voided']).toContain(await status(id));
      expect(await operations(id)).toHaveLength(2);
    }
  });

  it.each(['tok_unknown', 'tok_error_once'])('with %s settles when it is asked for', async (method) => {
    const { id, charge, capture } = manual(method);
    const one = replica();
    await one.handle(charge());
    await skipPause(here.database, id);
    await one.reconcile();
    await one.handle(capture());
    expect(await status(id)).toBe('capturing');
    await skipPause(here.database, id);
    await one.reconcile();
    expect([await status(id), await operations(id)]).toEqual([
      'captured',
      ['authorize 1999', 'capture 1999'],
    ]);
  });

  it('that a crash left between intent and call is finished by another process', async () => {
    const { id, charge, capture } = manual();
    await replica().handle(charge());
    const dead = replica();
    dead.crash();
    await dead.handle(capture(700));
    expect([await status(id), await operations(id)]).toEqual(['capturing', ['authorize 1999']]);
    await skipPause(here.database, id);
    const next = replica();
    await next.reconcile();
    expect([await status(id), await operations(id)]).toEqual(['captured', ['authorize 1999', 'capture 700']]);
    expect(next.sent).toEqual([`payment.captured.v1 ${id}`]);
  });

  it('that a cancel overtakes is given back when the provider took it', async () => {
    const { id, charge, capture, cancel } = manual();
    const provider = sandbox(here.books);
    const dead: Replica = replica({
      get: provider.get.bind(provider),
      async perform(call, signal) {
        const answer = await provider.perform(call, signal);
        if (call.operation === 'capture') dead.crash();
        return answer;
      },
    });
    await dead.handle(charge());
    await dead.handle(capture(700));
    await replica().handle(cancel());
    expect(await status(id)).toBe('recalling');
    await skipPause(here.database, id);
    await replica().reconcile();
    expect(await operations(id)).toEqual(['authorize 1999', 'capture 700', 'refund 700']);
    expect(await row(id)).toMatchObject({
      status: 'refunded',
      captured_amount: '700',
      refunded_amount: '700',
    });
  });
});

it('turns the refunds of before into rows, so that the books still agree', async () => {
  const { url, database, drop } = await testDatabase();
  const all = await migrationsOf('payment');
  await migrate(
    url,
    all.filter(({ name }) => name < '0002'),
  );
  await database.query(`insert into payments values
    ('pay_1', 'ord_1', 3, 'refunded', 700, 'EUR', 'tok_visa', 'automatic', 'ch_1', 700, 700, 700, null, now(), 0, null, now(), now()),
    ('pay_2', 'ord_2', 3, 'refunding', 900, 'EUR', 'tok_visa', 'automatic', 'ch_2', 900, 900, 0, null, now(), 0, now(), now(), now())`);
  await database.query(`insert into payment_history
    select p, v, f, t, now(), c, 'msg_1', 'req_1', 'trace' from (values
      ('pay_1', 1, null, 'requested', 'payment.charge.v1'), ('pay_1', 2, 'requested', 'refunding', 'payment.provider_succeeded'),
      ('pay_1', 3, 'refunding', 'refunded', 'payment.provider_succeeded'),
      ('pay_2', 1, null, 'requested', 'payment.charge.v1'), ('pay_2', 2, 'requested', 'captured', 'payment.provider_succeeded'),
      ('pay_2', 3, 'captured', 'refunding', 'payment.cancel.v1')) as h(p, v, f, t, c)`);
  await database.query(`insert into ledger_transfers values
    ('pay_1', 'capture', 'provider_clearing', 'sales', 700, 'EUR', now()),
    ('pay_1', 'refund', 'refunds', 'provider_clearing', 700, 'EUR', now()),
    ('pay_2', 'capture', 'provider_clearing', 'sales', 900, 'EUR', now())`);
  await migrate(url, all);
  const { rows } = await database.query('select id, status, amount from refunds order by id');
  expect(rows).toEqual([
    { id: 'ref_1', status: 'succeeded', amount: '700' },
    { id: 'ref_2', status: 'unknown', amount: '900' },
  ]);
  // pay_1 went from requested to refunding here, which no payment does.
  const legal = 'a payment took only legal steps, one version at a time';
  expect((await violations(database)).filter((name) => name !== legal)).toEqual([
    'no payment is left unsettled, unknown or halted',
    'no refund is left unsettled, unknown or halted',
    'a cancelled payment keeps nothing',
  ]);
  await drop();
});
