import * as fc from 'fast-check';
import { AckWindow } from './ack-window.js';

type Ack = readonly [tag: number, withAllBefore: boolean];

function windowOf(first: number, count: number, most = count) {
  const acks: Ack[] = [];
  const window = new AckWindow((...ack) => void acks.push(ack), most);
  for (let tag = first; tag < first + count; tag++) window.received(tag);
  return { window, acks };
}

const turn = (): Promise<void> => Promise.resolve();
const moment = (): void => {
  jest.advanceTimersByTime(20);
};

beforeEach(() => void jest.useFakeTimers({ doNotFake: ['queueMicrotask'] }));
afterEach(() => void jest.useRealTimers());

describe('the acknowledgements of a channel', () => {
  it('are one frame for all that is finished within a moment', async () => {
    const { window, acks } = windowOf(1, 3);
    window.done(1);
    await turn();
    for (const tag of [2, 3]) window.done(tag);
    jest.advanceTimersByTime(19);
    expect(acks).toEqual([]);
    jest.advanceTimersByTime(1);
    expect(acks).toEqual([[3, true]]);
  });

  it('are sent with this turn where nothing else may come before them', async () => {
    const { window, acks } = windowOf(1, 3);
    window.done(1);
    window.done(2, true);
    await turn();
    expect(acks).toEqual([[2, true]]);
    moment();
    expect(acks).toHaveLength(1);
  });

  it('are sent at once when the channel is about to close', () => {
    const { window, acks } = windowOf(1, 3);
    window.done(1);
    window.flush();
    expect(acks).toEqual([[1, true]]);
  });

  it('wait for the oldest that is not finished', () => {
    const { window, acks } = windowOf(1, 3);
    window.done(2);
    window.done(3);
    moment();
    expect(acks).toEqual([]);
    window.done(1);
    moment();
    expect(acks).toEqual([[3, true]]);
  });

  it('go on where they stopped', () => {
    const { window, acks } = windowOf(7, 4);
    window.done(7);
    moment();
    window.done(9);
    window.done(8);
    moment();
    expect(acks).toEqual([
      [7, true],
      [9, true],
    ]);
  });

  it('are one by one for many that wait for one which takes longer, so that more may come', async () => {
    const { window, acks } = windowOf(1, 5, 2);
    for (const tag of [4, 2, 5]) window.done(tag);
    await turn();
    expect(acks).toEqual([
      [4, false],
      [2, false],
      [5, false],
    ]);
    window.done(1);
    window.done(3);
    moment();
    expect(acks.slice(3)).toEqual([[3, true]]);
  });

  it('cover each delivery once, and never one that is not finished, in whatever order they finish', async () => {
    const orders = fc.integer({ min: 1, max: 12 }).chain((count) =>
      fc.shuffledSubarray(
        Array.from({ length: count }, (_, i) => i + 1),
        { minLength: count },
      ),
    );
    await fc.assert(
      fc.asyncProperty(
        orders,
        fc.integer({ min: 0, max: 12 }),
        fc.infiniteStream(fc.boolean()),
        async (order, most, pauses) => {
          const { window, acks } = windowOf(1, order.length, most);
          const finished = new Set<number>();
          const open = new Set(order);
          for (const tag of [...order, 0]) {
            if (tag > 0) window.done(tag);
            if (tag > 0) finished.add(tag);
            await turn();
            if (tag === 0 || pauses.next().value) moment();
            for (const ack of acks.splice(0)) settle(ack, open, finished);
            // So many wait at most, however long: the rest of what is in hand may be more of the broker's.
            expect([...open].filter((one) => finished.has(one)).length).toBeLessThanOrEqual(most);
          }
          expect(open.size).toBe(0);
        },
      ),
      { numRuns: 100 },
    );
  });
});

/** As the broker does: a tag that is not open is an error, and one that stands for all before it closes them, too. */
function settle([tag, withAllBefore]: Ack, open: Set<number>, finished: ReadonlySet<number>): void {
  expect(open).toContain(tag);
  for (const one of withAllBefore ? [...open].filter((other) => other <= tag) : [tag]) {
    expect(finished).toContain(one);
    open.delete(one);
  }
}
