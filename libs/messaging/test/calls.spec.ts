import { setImmediate as turn } from 'node:timers/promises';
import { Rejected, rpc } from '#contracts';
import { declareQueue } from '../src/index.js';
import { detailOf, refusalOf } from './client.js';
import { Gate } from './gate.js';
import { Scene, until } from './scene.js';
import { echo, textsOf, Words } from './service.js';

let scene: Scene;
beforeEach(async () => {
  scene = await Scene.open();
});
afterEach(() => scene.close());

describe('send() to a queue that nobody reads', () => {
  it('does not wait, and is not carried out later', async () => {
    const client = await scene.client();
    const { code, detail } = await refusalOf(client.ask('early', 10_000));
    expect({ code, detail }).toEqual({
      code: 'service-unavailable',
      detail: 'The service is not running. The request has had no effect.',
    });
    const service = await scene.service();
    await client.ask('later');
    expect(textsOf(service.asked)).toEqual(['later']);
  });

  it('is returned at once again when the service has left', async () => {
    const client = await scene.client();
    const service = await scene.service();
    await client.ask('tea');
    await service.stop();
    expect((await refusalOf(client.ask('tea', 10_000))).code).toBe('service-unavailable');
  });
});

describe('a queue that nobody has ever read, as after a restart of the broker', () => {
  it('is gone some seconds later, and calls are returned at once', async () => {
    const client = await scene.client();
    await declareQueue(scene.channel, 'stock', { name: 'stock.rpc', kind: 'rpc', replica: 'none' }, [echo]);
    await until('it is gone', async () => {
      const { code } = await refusalOf(client.ask('tea', 200));
      return code === 'service-unavailable';
    });
  });
});

describe('a call on a lost connection', () => {
  it('settles at once: nobody can tell whether it was carried out', async () => {
    const cable = await scene.cable();
    const gate = new Gate();
    await scene.service({ answer: gate.passing(async (question) => question) });
    const client = await scene.client(cable.url);
    const calls = [client.ask('one', 30_000), client.ask('two', 30_000)].map(refusalOf);
    await gate.holds(2);
    const cutAt = performance.now();
    cable.cut();
    expect((await Promise.all(calls)).map(({ code }) => code)).toEqual([
      'outcome-unknown',
      'outcome-unknown',
    ]);
    expect(performance.now() - cutAt).toBeLessThan(1_000);
    gate.open();
  });

  it('settles at once too when the question itself was still on its way', async () => {
    const cable = await scene.cable();
    await scene.service();
    const client = await scene.client(cable.url);
    cable.freeze();
    const call = refusalOf(client.ask('tea', 30_000));
    await turn();
    await turn();
    cable.cut();
    expect((await call).code).toBe('outcome-unknown');
  });

  it('is refused at once while there is none, and is not sent later', async () => {
    const cable = await scene.cable();
    const service = await scene.service();
    const client = await scene.client(cable.url);
    cable.unplug();
    await until('the loss is noticed', () => !client.rpc.isReady);
    expect((await refusalOf(client.ask('lost', 30_000))).code).toBe('service-unavailable');
    cable.plugIn();
    await until('it is connected again', () => client.rpc.isReady);
    await client.ask('found');
    expect(textsOf(service.asked)).toEqual(['found']);
  });
});

describe('a deadline', () => {
  it('ends every call: the caller is told that the outcome is unknown', async () => {
    const gate = new Gate();
    await scene.service({ answer: gate.passing(async (question) => question) });
    const client = await scene.client();
    expect((await refusalOf(client.ask('tea', 100))).code).toBe('outcome-unknown');
    expect(client.notes.count('waybill_rpc_timeouts_total')).toBe(1);
    expect(client.rpc.inFlight).toBe(0);
    gate.open();
  });

  it('drops and counts the reply that comes late', async () => {
    const gate = new Gate();
    await scene.service({ answer: gate.passing(async (question) => question) });
    const client = await scene.client();
    await refusalOf(client.ask('tea', 100));
    gate.open();
    await until(
      'the late reply is counted',
      () => client.notes.count('waybill_rpc_late_replies_total') === 1,
    );
    expect(await client.ask('coffee')).toEqual({ text: 'coffee' });
  });

  it('that has passed on the way means that the call is not carried out', async () => {
    const cable = await scene.cable();
    const service = await scene.service({ consumeUrl: cable.url });
    const client = await scene.client();
    await client.ask('before');
    cable.freeze();
    expect((await refusalOf(client.ask('stuck', 100))).code).toBe('outcome-unknown');
    cable.thaw();
    await client.ask('after');
    expect(textsOf(service.asked)).toEqual(['before', 'after']);
    expect(service.notes.count('waybill_rpc_expired_total')).toBe(1);
  });

  it('travels as the expiration of the message, so that the broker drops what waits too long', async () => {
    await scene.service();
    const client = await scene.client();
    await scene.channel.assertQueue('spy', { exclusive: true });
    await scene.channel.bindQueue('spy', 'waybill.rpc', 'stock');
    await client.ask('tea', 2_000);
    const copy = await scene.channel.get('spy', { noAck: true });
    if (!copy) throw new Error('nothing was sent to waybill.rpc');
    expect(Number(copy.properties.expiration)).toBeGreaterThan(1_000);
    expect(Number(copy.properties.expiration)).toBeLessThanOrEqual(2_000);
    expect(copy.properties.deliveryMode).toBe(1);
  });
});

describe('a full queue', () => {
  it('refuses the call: service-unavailable, while the calls that it has taken are answered', async () => {
    await scene.limit('^stock\\.rpc$', { 'max-length': 1 });
    const gate = new Gate();
    await scene.service({ answer: gate.passing(async (question) => question) });
    const client = await scene.client();
    // More than a consumer takes in hand: 256, and one that waits. Each in a turn, thus in a message, of its own.
    const calls: Promise<string>[] = [];
    for (let i = 0; i < 300; i++) {
      calls.push(outcomeOf(client.ask(`${i}`)));
      await turn();
    }
    await gate.holds(256);
    await until('some are refused', () => client.notes.count('waybill_publish_failures_total') > 20);
    gate.open();
    const outcomes = await Promise.all(calls);
    const refused = outcomes.filter((outcome) => outcome.startsWith('service-unavailable'));
    expect(new Set(refused)).toEqual(
      new Set([
        'service-unavailable: The service has more to do than it can take. The request has had no effect.',
      ]),
    );
    expect(outcomes.filter((outcome) => outcome === 'answered').length).toBe(300 - refused.length);
    expect(refused.length).toBeGreaterThan(20);
  });
});

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

function outcomeOf(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => 'answered',
    (error: Rejected) => `${error.code}: ${detailOf(error)}`,
  );
}
