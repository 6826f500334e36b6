import * as fc from 'fast-check';
import { eventsAfter } from './cloud-events.js';

const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
const START = { position: 0, index: -1 };

/** Bundles of these sizes, at positions with gaps. */
const log = (sizes: readonly number[], text = '') =>
  sizes.map((size, i) => ({
    position: i * 2 + 1,
    id: `msg_${i}`,
    type: 'order.confirmed.v1',
    source: 'order',
    at: '2026-11-25T10:00:00.000Z',
    members: Array.from({ length: size }, (_, n) => ({
      id: `msg_${i}.${n}`,
      traceparent,
      data: { orderId: `ord_${i}_${n}`, text },
    })),
  }));

/** As the handler asks for them: from the place on, and no more bundles than events. */
function pages(all: ReturnType<typeof log>, limit: number): string[] {
  const ids: string[] = [];
  for (let place = START; ; ) {
    const from = all.filter(({ position }) => position >= place.position).slice(0, limit + 2);
    const { data, next } = eventsAfter(from, place, limit);
    ids.push(...data.map(({ id }) => id));
    if (next === null) return ids;
    expect(data.length).toBeGreaterThan(0);
    const [position = 0, index = 0] = next.split('.').map(Number);
    place = { position, index };
  }
}

it('gives each event once and in order, whatever the size of bundles and pages', () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 64 }), { maxLength: 12 });
  fc.assert(
    fc.property(sizes, fc.integer({ min: 1, max: 100 }), (bundles, limit) => {
      const all = log(bundles);
      expect(pages(all, limit)).toEqual(all.flatMap(({ members }) => members.map(({ id }) => id)));
    }),
  );
});

it('ends a page before it is too large for a message', () => {
  const all = log([10, 10], 'x'.repeat(40_000));
  expect(eventsAfter(all, START, 100).data.length).toBeLessThan(5);
  expect(pages(all, 100)).toHaveLength(20);
});

it('says of an event what CloudEvents 1.0 asks for', () => {
  const { data, next } = eventsAfter(log([1]), START, 20);
  expect(next).toBeNull();
  expect(data).toEqual([
    {
      specversion: '1.0',
      id: 'msg_0.0',
      source: '/waybill/order',
      type: 'order.confirmed.v1',
      subject: 'ord_0_0',
      time: '2026-11-25T10:00:00.000Z',
      datacontenttype: 'application/json',
      traceparent,
      data: { orderId: 'ord_0_0', text: '' },
    },
  ]);
});
