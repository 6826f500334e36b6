import { CRASH_POINTS, ON_THE_WIRE } from '#crash-points';
import { CODE_FILES, expectNone, read } from './files.js';

const SOURCES = CODE_FILES.filter(
  (path) =>
    /^(apps|libs)\/[^/]+\/src\//.test(path) &&
    !path.startsWith('libs/crash-points/') &&
    !path.endsWith('.spec.ts'),
);
const PASSED = /\bcrash\?\.\('([^']*)'\)/g;
const passed = SOURCES.flatMap((path) =>
  [...read(path).matchAll(PASSED)].map(([, name = '']) => ({ path, name })),
);
const names = Object.keys(CRASH_POINTS);

describe('the crash points', () => {
  it('are passed in the code under a name of the registry', () => {
    expect(passed.length).toBeGreaterThan(20);
    expectNone(
      passed.filter(({ name }) => !names.includes(name)).map(({ path, name }) => `${path} passes ${name}`),
      'Say in libs/crash-points/src/points.ts what stands at that moment.',
    );
  });

  it('are each passed at one place', () => {
    const timesOf = (name: string) => passed.filter((one) => one.name === name).length;
    expectNone(
      names
        .filter((name) => timesOf(name) !== 1)
        .map((name) => `${name} is passed at ${timesOf(name)} places`),
      'Remove it from libs/crash-points/src/points.ts, or give the places names of their own.',
    );
  });

  it('cost nothing where nobody has armed them: each is one optional call', () => {
    const calls = /\bcrash(?:\?\.)?\(/g;
    const others = SOURCES.filter(
      (path) => (read(path).match(calls)?.length ?? 0) !== (read(path).match(PASSED)?.length ?? 0),
    );
    expectNone(others, "Write crash?.('<point>'), with the name as it stands in the registry.");
  });

  it('are armed by the start of a process only', () => {
    const arming = SOURCES.filter((path) => /\barmCrashPoints\(/.test(read(path)));
    expect(arming).toEqual(['libs/service/src/start.ts']);
  });

  it('have a death of their own each in the suite', () => {
    const suite = CODE_FILES.filter((path) => path.startsWith('test/chaos/kill/'))
      .map(read)
      .join('\n');
    expectNone(
      names
        .filter((name) => !new RegExp(`'${name}(?::\\d+)?'`).test(suite))
        .map((name) => `nobody dies at ${name}`),
      'Add it to test/chaos/kill/plan.ts, on a path that reaches it.',
    );
    expect(names).toEqual(expect.arrayContaining([...ON_THE_WIRE]));
  });
});
