import { CRASH_POINTS } from '#crash-points';
import { AT_START, type Boot, bootWithDeaths, startInProduction } from './boot.js';
import { aloneWhileItsBundleReturns, halfOfTheBundlesOut, inAnotherGrouping } from './bundles.js';
import { type Hottest, sellTheHottest } from './hottest.js';
import { PATH_NAMES } from './path-names.js';
import { ROUNDS, type Round } from './plan.js';
import { type Played, play } from './round.js';
import { Scene } from './scene.js';
import { wordsOf } from './victim.js';

/** Whoever dies is mostly waited for: so two shops at a time die one death after the other. */
const SHOPS = 2;

let scenes: readonly Scene[];
const stories = new Map<Round, Played | Error>();
let boot: Boot;
let hottest: Hottest;

const wordsOfRound = ({ path, cells }: Round): string => `${path}: ${cells.map(wordsOf).join(', ')}`;
const sceneOf = (i: number): Scene => scenes[i % SHOPS] as Scene;

/** Without waiting for each to heal: what the dead have left is looked at in the end, all of it. */
beforeAll(async () => {
  scenes = await Promise.all(Array.from({ length: SHOPS }, () => Scene.open()));
  const walk = async (lane: number): Promise<void> => {
    let failed: Error | undefined;
    for (const round of ROUNDS.filter((_, i) => i % SHOPS === lane)) {
      const begun = performance.now();
      // What has failed has left its shop in disorder: no other round is walked there.
      const story =
        failed ?? (await play(sceneOf(lane), round.path, round.cells).catch((error: Error) => error));
      if (story instanceof Error) failed ??= new Error(`${wordsOfRound(round)} failed`, { cause: story });
      stories.set(round, story);
      process.stdout.write(`${wordsOfRound(round)}: ${Math.round(performance.now() - begun)} ms\n`);
    }
  };
  await Promise.all(scenes.map((_, lane) => walk(lane)));
}, 900_000);
afterAll(() => Promise.all((scenes ?? []).map((scene) => scene.close())));

test.each(ROUNDS.map((round, i) => [round.cells.map(wordsOf).join(', '), round.path, i, round] as const))(
  'a kill -9 of %s on the path "%s" loses and doubles nothing',
  async (_, __, i, round) => {
    const story = stories.get(round);
    if (story instanceof Error) throw story;
    expect(story?.alive).toEqual([]);
    await sceneOf(i).expectHealed();
    await story?.check();
  },
);

test('a process that dies while it starts, again and again, starts in the end', async () => {
  boot = await bootWithDeaths(sceneOf(0));
  expect(boot.died).toEqual(
    AT_START.map(([point]) => expect.stringContaining(`crash point ${point}: passing`)),
  );
  expect(boot.migrations).toContain('0001_stock.sql');
  expect(boot.migrations.length).toBeGreaterThan(10);
});

test('a production process does not start with CRASH_AT', async () => {
  await expect(startInProduction(sceneOf(0))).rejects.toThrow(/CRASH_AT=loop\.saved .* Unset it/);
});

describe('a bundle', () => {
  test('that comes again in another grouping changes nothing', () => inAnotherGrouping(sceneOf(0)));
  test('that returns while its members are retried alone is applied once', () =>
    aloneWhileItsBundleReturns(sceneOf(0)));
  test('of a save of which only one was sent before the crash is sent afterwards', () =>
    halfOfTheBundlesOut(sceneOf(0)));
});

describe('three of the stock service with one SKU', () => {
  beforeAll(async () => {
    hottest = await sellTheHottest(sceneOf(1));
  });

  test('sell what there is and not one more, whatever is stale in whose cache', () => {
    expect(hottest).toMatchObject({
      statuses: { confirmed: 60, rejected: 30 },
      level: { onHand: 0, reserved: 0 },
      unexpected: [],
    });
    expect(hottest.handled.length).toBeGreaterThan(0);
    for (const messages of hottest.handled) expect(messages).toBeGreaterThan(0);
  });

  test('lose nothing when one dies in a version conflict, with the rows locked', () => {
    expect(hottest.death).toMatchObject({ point: 'loop.before-commit' });
  });
});

test('every crash point has fired, and every path was walked', () => {
  expect(Object.keys(PATH_NAMES).filter((name) => !ROUNDS.some(({ path }) => path === name))).toEqual([]);
  const died = [...stories.values()].flatMap((story) => (story instanceof Error ? [] : story.deaths));
  const points = [...died, ...(hottest.death ? [hottest.death] : [])].map(({ point }) => point as string);
  const fired = new Set([...points, ...AT_START.filter((_, i) => boot.died[i]).map(([point]) => point)]);
  expect(Object.keys(CRASH_POINTS).filter((point) => !fired.has(point))).toEqual([]);
});
