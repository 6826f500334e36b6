import { Rejected, send, stockExpired } from '#contracts';
import { type Message } from '#messaging';
import { decideAll } from './decide-all.js';
import { type Rules } from './rules.js';

interface Counter {
  readonly version: number;
  readonly count: number;
}

type Told = Message<'add' | 'refuse' | 'throw' | 'skip', { key: string }>;

const told = (type: Told['type'], key: string): Told => ({
  type,
  data: { key },
  id: `${type}-${key}`,
  causationId: null,
  source: 'test',
  trace: { traceparent: '', requestId: '' },
  attempt: 1,
  replyTo: null,
});

const rules: Rules<Counter, string, Told> = {
  keys: ({ data }) => ({ load: [data.key] }),
  decide(current, { type, data: { key } }) {
    if (type === 'throw') throw new Error('no such rule');
    if (type === 'refuse') return { refuse: new Rejected('order-not-found') };
    const { version = 0, count = 0 } = current.get(key) ?? {};
    const next = { version: version + (type === 'skip' ? 2 : 1), count: count + 1 };
    return {
      put: [[key, next]],
      append: [`${key}:${next.count}`],
      send: [send(stockExpired, { orderId: key })],
      answer: { count: next.count },
    };
  },
};

const decide = (known: [string, Counter][], ...messages: Told[]) =>
  decideAll(rules, messages, new Map(known), new Date(0));

test('decides each message against what the earlier ones left, and saves the last state once', () => {
  const round = decide(
    [['a', { version: 7, count: 1 }]],
    told('add', 'a'),
    told('add', 'b'),
    told('add', 'a'),
  );
  expect(round.changes).toEqual([
    { key: 'a', before: { version: 7, count: 1 }, after: { version: 9, count: 3 } },
    { key: 'b', before: undefined, after: { version: 1, count: 1 } },
  ]);
  expect(round.appended.map(({ row }) => row)).toEqual(['a:2', 'b:1', 'a:3']);
  expect(round.send.map(({ cause }) => cause.id)).toEqual(['add-a', 'add-b', 'add-a']);
  expect(round.outcomes).toEqual([{ ok: { count: 2 } }, { ok: { count: 1 } }, { ok: { count: 3 } }]);
});

test('carries out nothing of a refusal or a defect, and goes on', () => {
  const round = decide([], told('refuse', 'a'), told('throw', 'a'), told('add', 'a'));
  expect(round.outcomes[0]).toMatchObject({ refused: { code: 'order-not-found' } });
  expect(round.outcomes[1]).toMatchObject({ failed: { message: 'no such rule' } });
  expect(round.changes).toEqual([{ key: 'a', before: undefined, after: { version: 1, count: 1 } }]);
});

test('calls a skipped version a defect of the rules', () => {
  const round = decide([], told('skip', 'a'));
  expect(round.outcomes[0]).toMatchObject({ failed: { message: expect.stringContaining('expected 1') } });
  expect(round.changes).toEqual([]);
});
