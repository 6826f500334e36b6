import * as fc from 'fast-check';
import { AckWindow } from './ack-window.js';

function windowOf(first: number, count: number): { readonly window: AckWindow; readonly acks: number[] } {
  const acks: number[] = [];
  const window = new AckWindow((upTo) => void acks.push(upTo));
  for (let tag = first; tag < first + count; tag++) window.received(tag);
  return { window, acks };
}

const turn = (): Promise<void> => Promise.resolve();

describe('the acknowledgements of a channel', () => {
  it('are one frame for all that is finished in one turn', async () => {
    const { window, acks } = windowOf(1, 3);
    for (const tag of [1, 2, 3]) window.done(tag);
    await turn();
    expect(acks).toEqual([3]);
  });

  it('wait for the oldest that is not finished', async () => {
    const { window, acks } = windowOf(1, 3);
    window.done(2);
    window.done(3);
    await turn();
    expect(acks).toEqual([]);
    window.done(1);
    await turn();
    expect(acks).toEqual([3]);
  });

  it('go on where they stopped', async () => {
    const { window, acks } = windowOf(7, 4);
    window.done(7);
    await turn();
    window.done(9);
    window.done(8);
    await turn();
    expect(acks).toEqual([7, 9]);
  });

  it('cover each delivery once, rise, and never one that is not finished, in whatever order they finish', async () => {
    const orders = fc.integer({ min: 1, max: 12 }).chain((count) =>
      fc.shuffledSubarray(
        Array.from({ length: count }, (_, i) => i + 1),
        { minLength: count },
      ),
    );
    await fc.assert(
      fc.asyncProperty(orders, fc.infiniteStream(fc.boolean()), async (order, pauses) => {
        const { window, acks } = windowOf(1, order.length);
        const finished = new Set<number>();
        for (const tag of order) {
          finished.add(tag);
          window.done(tag);
          if (pauses.next().value) await turn();
          const upTo = acks.at(-1) ?? 0;
          for (let covered = 1; covered <= upTo; covered++) expect(finished).toContain(covered);
        }
        await turn();
        expect(acks.at(-1)).toBe(order.length);
        expect(acks).toEqual([...new Set(acks)].sort((a, b) => a - b));
      }),
      { numRuns: 50 },
    );
  });
});
