import { setTimeout as pause, setImmediate as turn } from 'node:timers/promises';
import { Rejected } from '#contracts';
import { declareQueue } from '../src/index.js';
import { CAUSE, detailOf, refusalOf } from './client.js';
import { Gate } from './gate.js';
import { Scene, until } from './scene.js';
import { echo, textsOf } from './service.js';

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

  it('is returned at once again when the service has crashed', async () => {
    const cable = await scene.cable();
    const client = await scene.client();
    await scene.service({ consumeUrl: cable.url });
    await client.ask('tea');
    cable.unplug();
    await until(
      'the broker has noticed',
      async () => {
        const { code } = await refusalOf(client.ask('tea', 1_000));
        return code === 'service-unavailable';
      },
      3_000,
    );
  });
});

describe('a queue that nobody has ever read, as after a restart of the broker', () => {
  it('is gone some seconds later, and calls are returned at once', async () => {
    const client = await scene.client();
    const queue = { name: 'stock.rpc', kind: 'rpc', replica: 'none', isInCluster: false } as const;
    await declareQueue(scene.channel, 'stock', queue, [echo]);
    await until('it is gone', async () => {
      const { detail } = await refusalOf(client.ask('tea', 200));
      // Not too often: after twenty without an answer nobody is asked.
      await pause(500);
      return detail.includes('not running');
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
    expect(performance.now() - cutAt).toBeLessThan(15_000);
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

  it.each(['publish', 'consume'])(
    'is refused at once while there is none to %s, and is not sent later',
    async (use) => {
      const cable = await scene.cable();
      const service = await scene.service();
      const direct = scene.broker.url;
      const client = await scene.client({ publish: direct, consume: direct, [use]: cable.url });
      cable.unplug();
      await until('the loss is noticed', () => !client.rpc.isReady);
      expect((await refusalOf(client.ask('lost', 30_000))).code).toBe('service-unavailable');
      cable.plugIn();
      await until('it is connected again', () => client.rpc.isReady);
      await client.ask('found');
      expect(textsOf(service.asked)).toEqual(['found']);
    },
  );
});

describe('a question whose service has died with it in hand', () => {
  /** Two services: the first, whose cable is cut, has it in hand when the second gets it. */
  async function askTwice(
    answer: (question: { text: string }) => Promise<{ text: string }>,
  ): Promise<unknown> {
    const cable = await scene.cable();
    const gate = new Gate();
    const first = await scene.service({
      consumeUrl: cable.url,
      answer: gate.passing(async (question) => question),
    });
    const client = await scene.client();
    const call = client.ask('tea', 30_000).catch((error: Rejected) => error.code);
    await gate.holds(1);
    const second = await scene.service({ answer, judge: () => 'transient' });
    cable.unplug();
    const outcome = await call;
    expect([textsOf(first.asked), textsOf(second.asked)]).toEqual([['tea'], ['tea']]);
    gate.open();
    return outcome;
  }

  it('is answered by the next one', async () => {
    expect(await askTwice(async ({ text }) => ({ text: `second ${text}` }))).toEqual({ text: 'second tea' });
  });

  it.each([
    ['refuses', new Rejected('version-mismatch')],
    ['fails for now', new Error('for now')],
  ])('may have been carried out, even if the next one %s: nobody knows', async (_, error) => {
    expect(await askTwice(() => Promise.reject(error))).toBe('outcome-unknown');
  });
});

it('a question that takes long keeps no other from being answered, however many come meanwhile', async () => {
  const gate = new Gate();
  const wait = gate.passing(async (question: { text: string }) => question);
  await scene.service({ answer: async (question) => (question.text === 'long' ? wait(question) : question) });
  const client = await scene.client();
  const long = client.ask('long', 60_000);
  await gate.holds(1);
  // More than a consumer has in hand at most.
  for (let i = 0; i < 300; i++) await client.ask(`short ${i}`);
  gate.open();
  expect(await long).toEqual({ text: 'long' });
});

describe('a client that stops', () => {
  it('leaves no call open, not even those that it has not sent yet', async () => {
    const gate = new Gate();
    await scene.service({ answer: gate.passing(async (question) => question) });
    const client = await scene.client();
    const sent = refusalOf(client.ask('sent', 30_000));
    await gate.holds(1);
    const unsent = refusalOf(client.ask('unsent', 30_000));
    client.rpc.stop();
    expect((await sent).code).toBe('outcome-unknown');
    expect((await unsent).code).toBe('service-unavailable');
    gate.open();
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
    const call = refusalOf(client.ask('tea', 2_000));
    await gate.holds(1);
    await call;
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

describe('what the gateway vouches with', () => {
  it('is asked for with each call: whoever asks for long outlives a token', async () => {
    await scene.service();
    const client = await scene.client();
    await scene.channel.assertQueue('spy', { exclusive: true });
    await scene.channel.bindQueue('spy', 'waybill.rpc', 'stock');
    let asked = 0;
    const tokens = () => {
      const token = `token.${++asked}`;
      // At first it has to be signed, then it is there.
      const signed = { order: token, payment: token, stock: token };
      return asked === 1 ? Promise.resolve(signed) : signed;
    };
    const trace = { traceparent: CAUSE.trace.traceparent, requestId: 'req_long', tokens };
    for (const text of ['one', 'two']) await client.rpc.call(echo, { text }, { trace, timeoutMs: 2_000 });
    const next = async (): Promise<unknown> => {
      const copy = await scene.channel.get('spy', { noAck: true });
      return copy ? copy.properties.headers?.['x-identity'] : undefined;
    };
    expect([await next(), await next()]).toEqual(['token.1', 'token.2']);
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

function outcomeOf(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => 'answered',
    (error: Rejected) => `${error.code}: ${detailOf(error)}`,
  );
}
