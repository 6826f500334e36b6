import { setImmediate as turn } from 'node:timers/promises';
import { Rejected, rpc } from '#contracts';
import { refusalOf } from './client.js';
import { Gate } from './gate.js';
import { Scene, until } from './scene.js';
import { Words } from './service.js';

let scene: Scene;
beforeEach(async () => {
  scene = await Scene.open();
});
afterEach(() => scene.close());

describe('an answer', () => {
  it('that is ready while the service has no connection waits for it', async () => {
    const cable = await scene.cable();
    const gate = new Gate();
    const { notes } = await scene.service({
      url: cable.url,
      consumeUrl: scene.broker.url,
      answer: gate.passing(async (question) => question),
    });
    const client = await scene.client();
    const call = client.ask('tea');
    await gate.holds(1);
    cable.unplug();
    await until('the loss is noticed', () => notes.count('waybill_broker_connections_lost_total') === 1);
    gate.open();
    await turn();
    cable.plugIn();
    expect(await call).toEqual({ text: 'tea' });
  });

  it('is a refusal with its code and details when the handler refuses', async () => {
    await scene.service({
      answer: async () => {
        throw new Rejected('product-not-found', { sku: 'TEA' });
      },
    });
    const client = await scene.client();
    const error: unknown = await client.ask('tea').catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: 'Rejected', code: 'product-not-found', details: { sku: 'TEA' } });
  });

  it('says nothing of the inside of a failure, and which of the two kinds of doubt it is', async () => {
    const verdicts = {
      transient: 'service-unavailable',
      doubtful: 'outcome-unknown',
      defect: 'internal-error',
    };
    await scene.service({
      answer: async ({ text }) => {
        throw new Error(text);
      },
      judge: (error) => (error as Error).message as keyof typeof verdicts,
    });
    const client = await scene.client();
    for (const [verdict, code] of Object.entries(verdicts)) {
      const error: unknown = await client.ask(verdict).catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code, details: {} });
    }
  });

  it("that JSON can't write is a failure for its caller alone", async () => {
    const cycle: { text: string; self?: object } = { text: '' };
    cycle.self = cycle;
    const unwritable: Record<string, object> = { cycle, bigint: { text: 1n } };
    const { notes } = await scene.service({
      answer: async (question) => (unwritable[question.text] ?? question) as Words,
    });
    const client = await scene.client();
    const failed = { code: 'internal-error', detail: '' };
    const [tea, ...refusals] = await Promise.all([
      client.ask('tea'),
      refusalOf(client.ask('cycle')),
      refusalOf(client.ask('bigint')),
    ]);
    expect([tea, ...refusals]).toEqual([{ text: 'tea' }, failed, failed]);
    expect(notes.times("an answer can't be written as JSON")).toBe(2);
    expect(await client.ask('still there')).toEqual({ text: 'still there' });
  });

  it('is a refusal with pointers when the question is not valid', async () => {
    await scene.service();
    const client = await scene.client();
    const error: unknown = await client.ask('').catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'validation-failed', details: { errors: [{ pointer: '/text' }] } });
  });
});

describe('a question that the service does not know', () => {
  it('is refused at once, without a word about what it does know', async () => {
    await scene.service();
    const client = await scene.client();
    const call = client.ask('tea', 30_000, rpc('stock.dance.v1', Words, Words));
    expect(await refusalOf(call)).toEqual({ code: 'internal-error', detail: '' });
    expect(await scene.waiting('stock.dead')).toBe(0);
  });
});

describe('calls of one turn', () => {
  it('share a message, and each gets its own answer', async () => {
    const sizes: number[] = [];
    await scene.service({ answer: async ({ text }) => ({ text: `${text}!` }) });
    const client = await scene.client();
    await scene.channel.assertQueue('spy', { exclusive: true });
    await scene.channel.bindQueue('spy', 'waybill.rpc', 'stock');
    const texts = Array.from({ length: 100 }, (_, i) => `${i}`);
    const answers = await Promise.all(texts.map((text) => client.ask(text)));
    expect(answers.map(({ text }) => text)).toEqual(texts.map((text) => `${text}!`));
    for (let i = 0; i < 2; i++) {
      const copy = await scene.channel.get('spy', { noAck: true });
      if (copy) sizes.push(JSON.parse(copy.content.toString()).length);
    }
    expect(sizes).toEqual([64, 36]);
  });
});

describe('a handler', () => {
  it('is told who asked, where to answer, and what led to it', async () => {
    const { asked } = await scene.service();
    const client = await scene.client();
    await client.ask('tea');
    expect(asked[0]).toMatchObject({
      type: 'stock.echo.v1',
      causationId: null,
      source: 'order',
      attempt: 1,
      trace: { requestId: 'req_test' },
    });
    expect(asked[0]?.trace.traceparent).toMatch(/^00-4bf92f3577b34da6a3ce929d0e0e4736-[0-9a-f]{16}-01$/);
    expect(asked[0]?.trace.traceparent).not.toContain('00f067aa0ba902b7');
    expect(asked[0]?.replyTo).toMatch(/^test\.[\w-]{16}$/);
  });
});
