import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { IsBoolean, IsInt, IsOptional, IsString, Max, Min, MinLength } from 'class-validator';
import { ConfigError, crashAtOf, describeConfig, Env, loadConfig } from './load-config.js';

class Base {
  @IsInt() @Min(1) @Max(65_535) port = 3_000;
}

class TeaConfig extends Base {
  @Env('TEA_PORT') override port = 4_000;
  @IsString() @MinLength(8) brewSecret: string;
  @IsBoolean() hot = true;
  @IsOptional() @IsString() label?: string;
}

const load = (environment: NodeJS.Dict<string>) => loadConfig(TeaConfig, environment);
const faultsOf = (environment: NodeJS.Dict<string>): readonly string[] => {
  try {
    load(environment);
    return [];
  } catch (error) {
    return (error as ConfigError).faults;
  }
};

test('takes numbers, booleans and texts from the environment, and defaults for the rest', () => {
  expect(load({ TEA_PORT: '81', BREW_SECRET: 'long enough', HOT: 'false' })).toEqual({
    port: 81,
    brewSecret: 'long enough',
    hot: false,
  });
});

test('takes an empty variable for one that is not set', () => {
  expect(load({ TEA_PORT: '', BREW_SECRET: 'long enough', LABEL: '' })).toMatchObject({ port: 4_000 });
});

test('names every faulty variable at once', () => {
  const faults = faultsOf({ TEA_PORT: 'many', HOT: 'perhaps', BREW_SECRET: 'short' });
  expect(new Set(faults.map((fault) => fault.split(' ')[0]))).toEqual(
    new Set(['BREW_SECRET', 'HOT', 'TEA_PORT']),
  );
});

test('never repeats the value of a faulty variable: it may be a secret', () => {
  expect(faultsOf({ BREW_SECRET: 'hunter2' }).join()).not.toContain('hunter2');
});

test('says which variable is missing', () => {
  expect(faultsOf({})).toEqual([expect.stringMatching(/^BREW_SECRET /)]);
});

describe('a secret in a file', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'waybill-config-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test('is read, without the line end that editors leave', () => {
    writeFileSync(join(folder, 'secret'), 'from the file\n');
    expect(load({ BREW_SECRET_FILE: join(folder, 'secret') }).brewSecret).toBe('from the file');
  });

  test('that is not there is a fault of its own', () => {
    expect(faultsOf({ BREW_SECRET_FILE: join(folder, 'nothing') })[0]).toContain('BREW_SECRET_FILE');
  });
});

test('describes what a configuration class reads, inherited variables too', () => {
  expect(
    describeConfig(TeaConfig).map(({ name, required, default: usual }) => [name, required, usual]),
  ).toEqual(
    expect.arrayContaining([
      ['TEA_PORT', false, '4000'],
      ['BREW_SECRET', true, undefined],
      ['HOT', false, 'true'],
      ['LABEL', false, undefined],
    ]),
  );
});

test('CRASH_AT is heeded in tests, and refused everywhere else', () => {
  const CRASH_AT = 'loop.saved:1';
  expect(crashAtOf({})).toBeUndefined();
  expect(crashAtOf({ CRASH_AT, NODE_ENV: 'test' })).toBe(CRASH_AT);
  for (const NODE_ENV of ['production', 'development', undefined]) {
    expect(() => crashAtOf({ CRASH_AT, NODE_ENV })).toThrow(/CRASH_AT=loop\.saved:1 .* Unset it/);
  }
  expect(crashAtOf({ CRASH_AT: '', NODE_ENV: 'production' })).toBeFalsy();
});
