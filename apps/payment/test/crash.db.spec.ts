import { type Replica, sandbox, skipPause } from './replica.js';
import { payment, setUp } from './setup.js';

const here = setUp();
const { replica, status, operations } = here;

describe('after a crash', () => {
  it('between the intent and the call, another process makes the call', async () => {
    const { id, charge } = payment();
    const dead = replica();
    dead.crash();
    await dead.handle(charge());
    expect([await status(id), await operations(id)]).toEqual(['requested', []]);
    await skipPause(here.database, id);
    const next = replica();
    await next.reconcile();
    expect([await status(id), await operations(id)]).toEqual(['captured', ['capture 1999']]);
    expect(next.sent).toEqual([`payment.captured.v1 ${id}`]);
  });

  it('between the call and the outcome, another process finds the outcome', async () => {
    const { id, charge } = payment();
    const provider = sandbox(here.books);
    const dead: Replica = replica({
      get: provider.get.bind(provider),
      async perform(call, signal) {
        const answer = await provider.perform(call, signal);
        dead.crash();
        return answer;
      },
    });
    await dead.handle(charge()).catch(() => undefined);
    expect([await status(id), await operations(id)]).toEqual(['requested', ['capture 1999']]);
    await skipPause(here.database, id);
    await replica().reconcile();
    expect([await status(id), await operations(id)]).toEqual(['captured', ['capture 1999']]);
  });

  it('in the middle of a refund, the refund is finished, once', async () => {
    const { id, charge, cancel } = payment();
    await replica().handle(charge());
    const dead = replica();
    dead.crash();
    await dead.handle(cancel());
    expect(await status(id)).toBe('refunding');
    await skipPause(here.database, id);
    await replica().reconcile();
    expect([await status(id), await operations(id)]).toEqual(['refunded', ['capture 1999', 'refund 1999']]);
  });
});
