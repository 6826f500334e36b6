import { type Group, PlacementGroups } from './placement-groups.client.js';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

/** Orders by name; those that set out together are told in one line. */
function journey() {
  const groups = new PlacementGroups(() => undefined);
  const underWay = new Map<Group, string[]>();
  const join = (...names: readonly string[]): void => {
    for (const name of names) {
      void groups.join().then((group) => underWay.set(group, [...(underWay.get(group) ?? []), name]));
    }
  };
  const passes = (ms: number): Promise<void> => jest.advanceTimersByTimeAsync(ms);
  const setOut = (): string[] => [...underWay.values()].map((names) => names.join(' '));
  const answer = (...answered: readonly string[]): void => {
    for (const [group, names] of underWay)
      for (const name of answered) if (names.includes(name)) groups.answered(group);
  };
  return { join, passes, setOut, answer };
}

test('lets an order set out at once when none is under way', async () => {
  const { join, passes, setOut, answer } = journey();
  join('a');
  await passes(0);
  expect(setOut()).toEqual(['a']);
  answer('a');
  join('b');
  await passes(0);
  expect(setOut()).toEqual(['a', 'b']);
});

test('gathers for three milliseconds while another group is under way', async () => {
  const { join, passes, setOut } = journey();
  join('a');
  await passes(0);
  join('b');
  await passes(2);
  join('c');
  expect(setOut()).toEqual(['a']);
  await passes(1);
  expect(setOut()).toEqual(['a', 'b c']);
});

test('ends the gathering when nothing is under way any more', async () => {
  const { join, passes, setOut, answer } = journey();
  join('a');
  await passes(0);
  join('b');
  answer('a');
  await passes(0);
  expect(setOut()).toEqual(['a', 'b']);
});

const TEN = Array.from({ length: 10 }, (_, i) => `b${i}`);

describe('while three groups are under way', () => {
  async function three() {
    const all = journey();
    for (const names of [['a', 'a2'], TEN, ['c']]) {
      all.join(...names);
      await all.passes(3);
    }
    expect(all.setOut()).toEqual(['a a2', TEN.join(' '), 'c']);
    return all;
  }

  test('the next one gathers until one of them has all its answers', async () => {
    const { join, passes, setOut, answer } = await three();
    join('d');
    await passes(20);
    join('e');
    answer('a');
    await passes(1);
    expect(setOut()).toHaveLength(3);
    answer('a2');
    await passes(0);
    expect(setOut()[3]).toBe('d e');
  });

  test('a tenth of a group keeps others for fifteen more milliseconds only', async () => {
    const { join, passes, setOut, answer } = await three();
    join('d');
    await passes(3);
    answer(...TEN.slice(0, 8));
    await passes(16);
    expect(setOut()).toHaveLength(3);
    answer('b8');
    await passes(14);
    expect(setOut()).toHaveLength(3);
    await passes(1);
    expect(setOut()[3]).toBe('d');
    // Its last answer does not count as that of another group.
    join('e');
    await passes(3);
    answer('b9');
    await passes(1);
    expect(setOut()).toHaveLength(4);
  });

  test('the last answer of a group counts at once', async () => {
    const { join, passes, setOut, answer } = await three();
    join('d');
    await passes(3);
    answer(...TEN.slice(0, 9));
    await passes(5);
    answer('b9');
    await passes(0);
    expect(setOut()[3]).toBe('d');
  });

  test('a group that was forgotten already is not begun to be waited for again', async () => {
    const { join, passes, setOut, answer } = await three();
    await passes(250);
    answer(...TEN.slice(0, 9));
    join('d');
    await passes(0);
    expect(jest.getTimerCount()).toBe(1);
    expect(setOut()[3]).toBe('d');
  });

  test('nobody is held for longer than 40 ms', async () => {
    const { join, passes, setOut } = await three();
    join('d');
    await passes(3 + 39);
    expect(setOut()).toHaveLength(3);
    await passes(1);
    expect(setOut()[3]).toBe('d');
  });

  test('groups that take longer than 250 ms are no reason to wait', async () => {
    const { join, passes, setOut } = await three();
    await passes(250);
    join('d');
    await passes(0);
    expect(setOut()[3]).toBe('d');
  });
});
