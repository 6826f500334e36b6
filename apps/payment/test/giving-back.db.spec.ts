import { newId } from '#contracts';
import { sandbox, skipPause } from './replica.js';
import { payment, setUp } from './setup.js';

const here = setUp();
const { replica, row, refunds, operations } = here;

describe('what an order wants back', () => {
  it('is refunded once, although two replicas are told of it at the same time', async () => {
    const { id, charge, giveBack } = payment();
    const [one, two] = [replica(), replica()];
    await one.handle(charge());
    const refundId = newId('ref');
    await Promise.all(
      Array.from({ length: 10 }, (_, i) => (i % 2 ? one : two).handle(giveBack(refundId, 700))),
    );
    expect(await operations(id)).toEqual(['capture 1999', 'refund 700']);
    expect(await refunds(id)).toMatchObject([
      { id: refundId, status: 'succeeded', amount: '700', key: null },
    ]);
  });

  it('waits in the database for a capture that nobody has heard of yet, and begins with it', async () => {
    const { id, charge, collect, giveBack } = payment('tok_visa', 'manual');
    await replica().handle(charge());
    const provider = sandbox(here.books);
    const dead = replica({
      get: provider.get.bind(provider),
      async perform(call, signal) {
        const answer = await provider.perform(call, signal);
        dead.crash();
        return answer;
      },
    });
    await dead.handle(collect());
    const refundId = newId('ref');
    await replica().handle(giveBack(refundId, 700));
    expect(await row(id)).toMatchObject({
      status: 'capturing',
      waiting_refunds: [{ refundId, amount: 700 }],
    });
    await skipPause(here.database, id);
    await replica().reconcile();
    expect(await operations(id)).toEqual(['authorize 1999', 'capture 1999', 'refund 700']);
    expect(await row(id)).toMatchObject({
      status: 'captured',
      refunded_amount: '700',
      waiting_refunds: null,
    });
  });
});
