import { type StoredEvent } from '../src/webhook.js';
import { findUnheeded, forgetHeeded, markHeeded, storeEvent } from '../src/webhook.store.js';
import { EventWorker } from '../src/webhook.worker.js';
import { setUp } from './setup.js';

const here = setUp();
const { replica } = here;

const event: StoredEvent = {
  provider: 'sandbox',
  id: 'evt_twice',
  type: 'payment.action_settled',
  paymentId: 'pay_1',
  requestId: 'req_1',
  traceId: '1'.repeat(32),
};

describe('an event of a provider', () => {
  it('that comes twice is new once, and stays what it was the first time', async () => {
    expect(await storeEvent(here.database, event, Buffer.from('first'))).toBe(true);
    const again = { ...event, type: 'payment.action_expired' };
    expect(await storeEvent(here.database, again, Buffer.from('second'))).toBe(false);
    const { rows } = await here.database.query(
      `select type, body from webhook_events where id = 'evt_twice'`,
    );
    expect(rows).toEqual([{ type: event.type, body: Buffer.from('first') }]);
  });

  it('is found as long as nobody has heeded it', async () => {
    const left = { ...event, id: 'evt_left', refundId: 'ref_1' };
    await storeEvent(here.database, left, Buffer.from('{}'));
    await here.database.query(`update webhook_events set received_at = now() - interval '1 minute'`);
    expect(await findUnheeded(here.database, 10)).toContainEqual(left);
    await markHeeded(here.database, [left, event]);
    expect(await findUnheeded(here.database, 10)).toEqual([]);
  });

  it('is forgotten ninety days after it was heeded, and not before; never when nobody has', async () => {
    const [old, recent, unheeded] = ['evt_old', 'evt_recent', 'evt_unheeded'].map((id) => ({ ...event, id }));
    for (const one of [old, recent, unheeded])
      await storeEvent(here.database, one as StoredEvent, Buffer.from('{}'));
    await here.database.query(
      `update webhook_events set received_at = now() - interval '91 days',
         heeded_at = case id when 'evt_old' then now() - interval '91 days' when 'evt_recent' then now() - interval '89 days' end
       where id = any($1)`,
      [['evt_old', 'evt_recent', 'evt_unheeded']],
    );
    expect(await forgetHeeded(here.database, 10)).toBe(1);
    const { rows } = await here.database.query(
      `select id from webhook_events where id = any($1) order by id`,
      [['evt_old', 'evt_recent', 'evt_unheeded']],
    );
    expect(rows).toEqual([{ id: 'evt_recent' }, { id: 'evt_unheeded' }]);
  });

  it('is forgotten in the round after its time, however many there are, unless the process ends', async () => {
    await here.database.query(
      `insert into webhook_events (provider, id, type, body, request_id, trace_id, heeded_at)
       select 'sandbox', 'evt_many_' || n, 'payment.action_settled', '', 'req_1', $1, now() - interval '91 days'
       from generate_series(1, 2500) n`,
      [event.traceId],
    );
    const left = async () => {
      const sql = `select count(*)::int as left from webhook_events where id like 'evt_many_%'`;
      return (await here.database.query<{ left: number }>(sql)).rows[0]?.left;
    };
    const worker = new EventWorker(replica().loop, here.database);
    await worker.forgetOld(AbortSignal.abort());
    expect(await left()).toBe(1_500);
    await worker.forgetOld(new AbortController().signal);
    expect(await left()).toBe(0);
  });
});
