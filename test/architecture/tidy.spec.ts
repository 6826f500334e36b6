import { spawnSync } from 'node:child_process';
import { CODE_FILES, expectNone, read } from './files.js';

interface Rule {
  readonly name: string;
  readonly where: RegExp;
  readonly except?: RegExp;
  readonly finds: RegExp;
  readonly remedy: string;
}

const TESTS = /\.(e2e-)?spec\.ts$|^(apps|libs)\/[^/]+\/test\/|^test\/|^libs\/testing\//;
/** In `apps/…/src`, or in the folder of a noun there, a file without a role in its name. */
const PLAIN = /^apps\/[^/]+\/src\/(?!main\.|config\.|reconcile\/|sandbox\/|stripe\/)[a-z0-9/-]+\.ts$/;

const RULES: readonly Rule[] = [
  {
    name: 'runs every test, not only one',
    where: TESTS,
    finds: /\b(?:describe|it|test)\.only\b|\bf(?:describe|it)\(/,
    remedy: 'Remove ".only" before you commit.',
  },
  {
    name: 'prints nothing past the logger',
    where: /^(apps|libs|test)\//,
    finds: /\bconsole\.\w+\(/,
    remedy: 'Use the Logger of #service: fields first, then the message.',
  },
  {
    name: 'has no cycle hidden by forwardRef',
    where: /^(apps|libs)\//,
    finds: /\bforwardRef\b/,
    remedy: 'Move the shared type down into a file that both import, or pass a function in.',
  },
  {
    name: 'reads the environment in one place',
    where: /^(apps|libs)\//,
    except: new RegExp(`^libs/service/src/load-config\\.ts$|${TESTS.source}`),
    finds: /\bprocess\.env\b/,
    remedy: 'Add a property to the configuration class of the process, and inject the class.',
  },
  {
    name: 'leaves nothing to be done later',
    where: /./,
    finds: /\b(?:TODO|FIXME|XXX)\b/,
    remedy: 'Do it now, or open an issue and remove the comment.',
  },
  {
    name: 'has no banners: a file that needs sections is two files',
    where: /./,
    finds: /(?:\/\/|\*) *[-=─#*]{4,}/,
    remedy: 'Remove the banner, or split the file.',
  },
  {
    name: 'speaks of HTTP in the gateway only',
    where: /^apps\/(?!gateway\/)|^libs\/(?!service\/|testing\/)/,
    finds: /\bHttpStatus\b|\b(?:Http|BadRequest|NotFound|Conflict|Forbidden|Unauthorized)Exception\b/,
    remedy: 'Throw a Rejected with a code of libs/contracts/src/errors.ts; the gateway knows its status.',
  },
  {
    name: 'decides without clock, chance and timers',
    where: PLAIN,
    // Where a request comes in, its ids are drawn.
    except: /^apps\/gateway\/src\/http\/trace\.ts$/,
    finds:
      /\bnew Date\(\)|\bDate\.now\(|\bMath\.random\(|\brandom(?:UUID|Bytes)\(|\bset(?:Timeout|Interval)\(|\bfetch\(|\bprocess\./,
    remedy:
      'Take the time, the id or the outcome as an argument, or give the file a role (client, store, worker).',
  },
];

describe('the code', () => {
  it.each(RULES)('$name', ({ where, except, finds, remedy }) => {
    const files = CODE_FILES.filter((path) => where.test(path) && !except?.test(path) && !isAboutRules(path));
    const faults = files.flatMap((path) =>
      read(path)
        .split('\n')
        .flatMap((line, i) => (finds.test(line) ? [`${path}:${i + 1}: ${line.trim()}`] : [])),
    );
    expectNone(faults, remedy);
  });

  it('keeps to the layers: dependency-cruiser finds no fault', () => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [
        'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs',
        'apps',
        'libs',
        'test',
        'bench',
        'tools',
        '--output-type=err-long',
      ],
      { encoding: 'utf8', timeout: 60_000 },
    );
    if (status !== 0) throw new Error(`${stdout}\n${stderr}\n→ The rules are in .dependency-cruiser.mjs.`);
    expect(stdout).toContain('no dependency violations found');
  }, 60_000);
});

const NOUN = '[a-z0-9]+(?:-[a-z0-9]+)*';
const ROLES = 'controller|handlers|store|client|worker|module|guard|filter|pipe|decorator';

describe('a file name', () => {
  it('in src is noun.role.ts', () => {
    const pattern = new RegExp(
      `^(?:${NOUN}(?:\\.(?:${ROLES}))?(?:(?:\\.property)?\\.spec)?|${NOUN}\\.d)\\.ts$`,
    );
    expectNone(
      misnamed(/^(apps|libs)\/[^/]+\/src\//, pattern),
      `Name it noun.ts, or noun.role.ts with a role of: ${ROLES.replaceAll('|', ', ')}.`,
    );
  });

  it('in test is a noun, with .spec, .db.spec or .e2e-spec where it holds tests', () => {
    const pattern = new RegExp(`^${NOUN}(?:(?:\\.db)?\\.spec|\\.e2e-spec)?\\.ts$`);
    expectNone(
      misnamed(/^(?:(?:apps|libs)\/[^/]+\/)?test\//, pattern),
      'Name it noun.ts, noun.spec.ts, noun.db.spec.ts (needs a database) or noun.e2e-spec.ts (needs everything).',
    );
  });
});

function misnamed(where: RegExp, pattern: RegExp): string[] {
  return CODE_FILES.filter(
    (path) => where.test(path) && !pattern.test(path.slice(path.lastIndexOf('/') + 1)),
  );
}

/** This folder spells out what it forbids. */
function isAboutRules(path: string): boolean {
  return path.startsWith('test/architecture/');
}
