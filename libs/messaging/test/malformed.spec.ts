import { member, Scene, until } from './scene.js';
import { type TestService, textsOf } from './service.js';

let scene: Scene;
let service: TestService;
beforeAll(async () => {
  scene = await Scene.open();
  service = await scene.service({
    work: async ({ data }) => {
      if (data.text === 'fails') throw new Error('no database');
    },
    judge: () => 'transient',
  });
});
afterAll(() => scene.close());

/** Nested so deep that whoever follows it by recursion falls over. */
const DEEP = `${'['.repeat(60_000)}${']'.repeat(60_000)}`;
const TEA = '{"text":"tea"}';
const json = (value: unknown): string => JSON.stringify(value);
const odd = (change: object): string => json([{ ...member(), ...change }]);
const withData = (data: string): string => odd({}).replace(TEA, data);

interface Row {
  readonly what: string;
  readonly body: string | Buffer;
  readonly reason: string;
}

const MALFORMED: [what: string, body: string | Buffer][] = [
  ['empty', ''],
  ['not JSON', '{"id": '],
  ['not UTF-8', Buffer.from([0x5b, 0xff, 0xfe, 0x5d])],
  ['null', 'null'],
  ['a number', '1e400'],
  ['an empty list', '[]'],
  ['no list', json(member())],
  ['a list of null', '[null]'],
  ['a list of lists', '[[]]'],
  ['a list of 65', json(Array.from({ length: 65 }, () => member()))],
  ['larger than 256 KiB', json([member({ data: { text: 'x'.repeat(262_144) } })])],
  ['of 1 MiB', Buffer.alloc(1_024 * 1_024, ' ')],
  ['only nesting', DEEP],
  ['without an id', odd({ id: undefined })],
  ['with an id of another type', odd({ id: 7 })],
  ['with an id that breaks log lines', odd({ id: 'msg\n1' })],
  ['without a type', odd({ type: undefined })],
  ['with a bad traceparent', odd({ traceparent: '00-xyz' })],
  ['with attempt 0', odd({ attempt: 0 })],
  ['with attempt -1', odd({ attempt: -1 })],
  ['with attempt 1.5', odd({ attempt: 1.5 })],
  ['with a deadline of another type', odd({ deadline: 'soon' })],
  ['with data so deep that they can be read but not written', withData(`{"text":${DEEP}}`)],
  ['with something deep beside its data', withData(`{"more":${DEEP}}`)],
  ['with something deep beside good data, that fails', withData(`{"text":"fails","more":${DEEP}}`)],
];

const UNKNOWN: [what: string, body: string][] = [
  ['of an unknown type', odd({ type: 'stock.dance.v1' })],
  ['of an unknown version', odd({ type: 'stock.work.v2' })],
  ['named like what every object has', odd({ type: 'constructor' })],
];

const INVALID: [what: string, body: string][] = [
  ['without data', odd({ data: undefined })],
  ['with data of another type', odd({ data: [] })],
  ['with a field of another type', odd({ data: { text: 5 } })],
  ['with a prototype in its data', withData('{"__proto__":{"text":"tea"}}')],
];

const ROWS: Row[] = [
  ...MALFORMED.map(([what, body]) => ({ what, body, reason: 'malformed' })),
  ...UNKNOWN.map(([what, body]) => ({ what, body, reason: 'unknown_type' })),
  ...INVALID.map(([what, body]) => ({ what, body, reason: 'invalid' })),
];

describe('a message', () => {
  it.each(ROWS)(
    '$what is a dead letter, $reason, and the next one is handled',
    async ({ what, body, reason }) => {
      scene.put('commands', body);
      scene.put('commands', [member({ data: { text: `after ${what}` } })]);
      const [letter, ...others] = await scene.deadLetters(1);
      expect(letter).toMatchObject({
        reason,
        source: 'order',
        headers: { 'x-queue': 'stock.commands', 'x-attempts': 1, 'x-error': expect.stringMatching(/./) },
      });
      // As it came, to the byte.
      expect(letter?.body === body.toString()).toBe(true);
      expect(others).toEqual([]);
      await until('the next is handled', () => textsOf(service.taken).includes(`after ${what}`));
      expect(service.notes.count('waybill_broker_connections_lost_total')).toBe(0);
    },
  );

  it.each([
    ['none at all', {}],
    [
      'of types that nobody expects',
      { headers: { 'x-delivery-count': 'many', 'x-death': 7 }, replyTo: 'a\nb' },
    ],
    ['of a sender that breaks log lines', { appId: 'or\nder' }],
  ])('with odd headers is handled all the same: %s', async (what, options) => {
    scene.put('commands', [member({ data: { text: what } })], { appId: '', ...options });
    await until('it is handled', () => textsOf(service.taken).includes(what));
    expect(service.taken.findLast(({ data }) => data.text === what)).toMatchObject({
      source: 'unknown',
      replyTo: null,
    });
  });
});
