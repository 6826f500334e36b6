import * as fc from 'fast-check';
import { childOf, MAX_BODY_BYTES, MAX_MEMBERS, type Member, messageOf, parseBundle } from './envelope.js';

const TRACEPARENT = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

const member = (change: object = {}): Member => ({
  id: 'msg_1.0',
  type: 'stock.reserve.v1',
  causationId: null,
  requestId: 'req_1',
  traceparent: TRACEPARENT,
  attempt: 1,
  data: { orderId: 'ord_1' },
  ...change,
});

const parse = (value: unknown): ReturnType<typeof parseBundle> =>
  parseBundle(Buffer.from(JSON.stringify(value)));
const isRead = (value: unknown): boolean => 'members' in parse(value);

describe('a bundle', () => {
  it('is read as it was written', () => {
    const members = [
      member(),
      member({ id: 'msg_1.1', causationId: 'msg_0.7', deadline: 1_700_000_000_000 }),
    ];
    expect(parse(members)).toEqual({ members });
  });

  it('holds as many members as the limit says, and no more', () => {
    const members = Array.from({ length: MAX_MEMBERS }, () => member());
    expect(isRead(members)).toBe(true);
    expect(parse([...members, member()])).toEqual({ malformed: 'not a list of 1 to 64 members' });
  });

  it('is as long as the limit says, and no longer', () => {
    const body = Buffer.alloc(MAX_BODY_BYTES, ' ');
    body.write(JSON.stringify([member()]));
    expect(parseBundle(body)).toEqual({ members: [member()] });
    expect(parseBundle(Buffer.concat([body, Buffer.from(' ')]))).toEqual({
      malformed: '262145 bytes: more than 262144',
    });
  });

  it('names the member that has no envelope', () => {
    expect(parse([member(), { ...member(), id: '' }])).toEqual({ malformed: 'member 1 has no envelope' });
  });

  it.each([
    ['id', [undefined, null, 1, '', 'a b', 'a\n', 'é', 'x'.repeat(201), {}, []]],
    ['type', [undefined, null, 1, '']],
    ['causationId', [undefined, 1, '', 'a\u0000']],
    ['requestId', [undefined, null, '']],
    [
      'traceparent',
      [
        undefined,
        null,
        '',
        TRACEPARENT.toUpperCase(),
        `${TRACEPARENT}-`,
        TRACEPARENT.slice(0, -1),
        `01${TRACEPARENT.slice(2)}`,
      ],
    ],
    ['attempt', [undefined, null, '1', 0, -1, 1.5, 2 ** 53]],
    ['deadline', [null, '1', 1.5]],
  ])('is not read with an odd %s', (field, values) => {
    for (const value of values) expect([value, isRead([member({ [field]: value })])]).toEqual([value, false]);
  });

  it('is read, or said to be malformed, whatever it is: it never throws', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 500 }),
          fc.json().map((text) => Buffer.from(text)),
        ),
        (bytes) => {
          const parsed = parseBundle(Buffer.from(bytes));
          expect('members' in parsed || parsed.malformed.length > 0).toBe(true);
        },
      ),
    );
  });

  it('changes no prototype', () => {
    const text = JSON.stringify([member()]).replace('{"orderId"', '{"__proto__":{"isAdmin":true},"orderId"');
    const parsed = parseBundle(Buffer.from(text));
    if (!('members' in parsed)) throw new Error(parsed.malformed);
    const data = parsed.members[0]?.data as Record<string, unknown>;
    expect(data.isAdmin).toBeUndefined();
    expect(({} as Record<string, unknown>).isAdmin).toBeUndefined();
  });
});

describe('a message', () => {
  it('is the member, its trace in one piece, and where it came from', () => {
    const { data, requestId, traceparent, ...rest } = member({ causationId: 'msg_0.1', attempt: 3 });
    expect(
      messageOf(
        member({ causationId: 'msg_0.1', attempt: 3 }),
        { orderId: 'ord_1' },
        { source: 'order', replyTo: 'gateway.1' },
      ),
    ).toEqual({
      ...rest,
      data,
      trace: { requestId, traceparent },
      source: 'order',
      replyTo: 'gateway.1',
    });
  });
});

describe('a child of a trace', () => {
  it('keeps trace and flags, and has a span of its own each time', () => {
    const children = Array.from({ length: 1_000 }, () => childOf(TRACEPARENT));
    for (const child of children)
      expect(child).toMatch(/^00-4bf92f3577b34da6a3ce929d0e0e4736-[0-9a-f]{16}-01$/);
    expect(new Set([TRACEPARENT, ...children]).size).toBe(1_001);
    expect(children).not.toContain(expect.stringContaining('-0000000000000000-'));
  });
});
