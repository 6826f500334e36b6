import { newId } from '#contracts';
import { type Operation, type ProviderCall } from '../src/provider.js';
import { type Adapter, type AdapterOption, adapters } from './adapters.js';

const APPROVED = { outcome: 'ok', amount: 100, currency: 'EUR' };

function call(operation: Operation = 'capture', more: Partial<ProviderCall> = {}): ProviderCall {
  const paymentId = newId('pay');
  const key = `${paymentId}:${operation}`;
  return {
    key,
    operation,
    paymentId,
    chargeId: null,
    amount: 100,
    currency: 'EUR',
    method: 'tok_visa',
    ...more,
  };
}

function opened({ open }: AdapterOption) {
  let adapter: Adapter;
  beforeAll(async () => {
    adapter = await open();
  });
  afterAll(() => adapter?.close());

  const perform = (asked: ProviderCall) =>
    adapter.provider
      .perform(asked, AbortSignal.timeout(5_000))
      .catch(() => ({ outcome: 'unknown' }) as const);
  const get = (asked: ProviderCall) => adapter.provider.get(asked, AbortSignal.timeout(5_000));
  const moved = async ({ paymentId }: ProviderCall) => {
    const all = await adapter.provider.movements(
      { from: new Date(0), to: new Date(Date.now() + 60_000) },
      AbortSignal.timeout(5_000),
    );
    return all.flatMap((one) =>
      one.paymentId === paymentId ? [`${one.operation} ${one.amount} ${one.currency}`] : [],
    );
  };
  /** A call about what another one has set aside or taken. */
  const following = async (first: ProviderCall, operation: Operation, more: Partial<ProviderCall> = {}) => {
    const answer = await perform(first);
    if (answer.outcome !== 'ok') throw new Error(`the first call was answered with ${answer.outcome}`);
    const key = `${first.paymentId}:${operation}`;
    return { ...first, key, operation, chargeId: answer.chargeId, ...more };
  };
  return { perform, get, moved, following };
}

/** What payment relies on, whoever moves the money. */
describe.each(adapters)('$name, asked for money', (subject) => {
  const { perform, get, moved } = opened(subject);
  const { keepsBooks } = subject;
  const withBooks = keepsBooks ? it : it.skip;

  it('takes money', async () => {
    const asked = call();
    const answer = await perform(asked);
    expect(answer).toMatchObject(APPROVED);
    expect(await get(asked)).toEqual(answer);
    expect(await moved(asked)).toEqual(['capture 100 EUR']);
  });

  it('carries out a key once, however often it is called, also at the same time', async () => {
    const asked = call();
    const first = await perform(asked);
    const answers = await Promise.all(Array.from({ length: 10 }, () => perform(asked)));
    for (const answer of answers) expect(answer).toEqual(first);
    const twins = call();
    await Promise.all(Array.from({ length: 10 }, () => perform(twins)));
    expect([await moved(asked), await moved(twins)]).toEqual([['capture 100 EUR'], ['capture 100 EUR']]);
  });

  withBooks('never takes what comes with the key of something else', async () => {
    const asked = call();
    await perform(asked);
    expect(await perform({ ...asked, amount: 101 })).toMatchObject({ outcome: 'unknown' });
    expect(await moved(asked)).toEqual(['capture 100 EUR']);
  });

  it('has never heard of what it was not asked', async () => {
    if (!keepsBooks)
      return expect(await get(call('capture', { method: 'tok_error' }))).toEqual({ outcome: 'absent' });
    expect(await get(call())).toEqual({ outcome: 'absent' });
    expect(await get(call('authorize'))).toEqual({ outcome: 'absent' });
  });

  it.each(['tok_declined', 'tok_insufficient_funds', 'tok_of_nobody'])(
    'declines %s with a code, takes nothing, and stays with it',
    async (method) => {
      const asked = call('capture', { method });
      const answer = await perform(asked);
      expect(answer).toEqual({ outcome: 'declined', code: expect.stringMatching(/^[a-z_]+$/) });
      expect(await perform(asked)).toEqual(answer);
      expect(await moved(asked)).toEqual([]);
    },
  );

  it('says what became of a call whose answer was lost', async () => {
    for (const operation of ['capture', 'authorize'] as const) {
      const asked = call(operation, { method: 'tok_unknown' });
      expect(await perform(asked)).toMatchObject({ outcome: 'unknown' });
      const found = await get(asked);
      expect(found).toMatchObject(APPROVED);
      expect(await perform(asked).then(({ outcome }) => outcome)).not.toBe('declined');
      expect(await moved(asked)).toEqual(operation === 'capture' ? ['capture 100 EUR'] : []);
    }
  });

  it('has taken nothing of what failed before anything happened, and takes it when asked again', async () => {
    const asked = call('capture', { method: 'tok_error_once' });
    expect(await perform(asked)).toMatchObject({ outcome: 'unknown' });
    expect(await get(asked)).toEqual({ outcome: 'absent' });
    expect(await perform(asked)).toMatchObject(APPROVED);
  });

  it('knows a currency without minor units, and one whose units Stripe counts otherwise', async () => {
    for (const currency of ['JPY', 'ISK']) {
      const asked = call('capture', { currency });
      expect(await perform(asked)).toMatchObject({ outcome: 'ok', amount: 100, currency });
      expect(await moved(asked)).toEqual([`capture 100 ${currency}`]);
    }
  });
});

describe.each(adapters)('$name, asked to go on with it', (subject) => {
  const { perform, get, moved, following } = opened(subject);
  const { keepsBooks } = subject;
  const withBooks = keepsBooks ? it : it.skip;

  it('sets money aside, takes a part of it and lets go of the rest', async () => {
    const held = call('authorize');
    const asked = await following(held, 'capture', { amount: 60 });
    expect(await get(held)).toMatchObject(APPROVED);
    expect(await moved(held)).toEqual([]);
    expect(await perform(asked)).toEqual({ ...APPROVED, amount: 60, chargeId: asked.chargeId });
    expect(await get(asked)).toMatchObject({ outcome: 'ok', amount: 60 });
    expect(await moved(held)).toEqual(['capture 60 EUR']);
  });

  withBooks('takes no more than was set aside, and nothing twice', async () => {
    const more = await following(call('authorize'), 'capture', { amount: 101 });
    expect(await get(more)).toEqual({ outcome: 'absent' });
    expect(await perform(more)).toMatchObject({ outcome: 'declined' });
    const asked = await following(call('authorize'), 'capture');
    await perform(asked);
    await perform({ ...asked, key: `${asked.key}:again` });
    expect(await moved(asked)).toEqual(['capture 100 EUR']);
  });

  it('lets go of what was set aside', async () => {
    const asked = await following(call('authorize'), 'void');
    expect(await perform(asked)).toEqual({ ...APPROVED, chargeId: asked.chargeId });
    expect(await perform(asked)).toMatchObject(APPROVED);
    expect(await get(asked)).toMatchObject(APPROVED);
    expect(await moved(asked)).toEqual([]);
  });

  withBooks('neither voids what is captured nor captures what is voided', async () => {
    const gone = await following(call(), 'void');
    expect(await perform(gone)).toMatchObject({ outcome: 'declined' });
    const voided = await following(call('authorize'), 'void');
    await perform(voided);
    const late = { ...voided, key: `${voided.paymentId}:capture`, operation: 'capture' } as const;
    expect(await perform(late)).toMatchObject({ outcome: expect.stringMatching(/^(declined|expired)$/) });
    expect(await moved(voided)).toEqual([]);
  });

  it('gives back in parts, each once', async () => {
    const first = await following(call(), 'refund', { key: `${newId('ref')}:refund`, amount: 40 });
    const second = { ...first, key: `${newId('ref')}:refund`, amount: 60 };
    if (keepsBooks) expect(await get(first)).toEqual({ outcome: 'absent' });
    expect(await perform(first)).toMatchObject({ outcome: 'ok', amount: 40, currency: 'EUR' });
    expect(await perform(first)).toMatchObject({ outcome: 'ok', amount: 40 });
    expect(await perform(second)).toMatchObject({ outcome: 'ok', amount: 60 });
    expect(await get(first)).toMatchObject({ outcome: 'ok', amount: 40 });
    expect((await moved(first)).sort()).toEqual(['capture 100 EUR', 'refund 40 EUR', 'refund 60 EUR']);
  });

  withBooks('gives back no more than it has taken', async () => {
    const first = await following(call(), 'refund', { key: `${newId('ref')}:refund`, amount: 70 });
    const second = { ...first, key: `${newId('ref')}:refund`, amount: 31 };
    await perform(first);
    expect(await perform(second)).toMatchObject({ outcome: 'declined' });
    expect((await moved(first)).sort()).toEqual(['capture 100 EUR', 'refund 70 EUR']);
  });
});
