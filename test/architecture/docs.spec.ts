import { existsSync, globSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as contracts from '#contracts';
import { migrationsOf } from '#persistence';
import { CODE_FILES, expectNone, read } from './files.js';
import { page, pages, sectionOf } from './markdown.js';

const REGENERATE = 'Run "npm run gen" and commit the result.';

describe('docs/messages.md', () => {
  it('has every contract', () => {
    const names = Object.values(contracts as Record<string, unknown>)
      .filter(isContract)
      .map(({ name }) => name);
    const titles = page('docs/messages.md').headings.map(({ text }) => text);
    expect(names.length).toBeGreaterThan(0);
    expectNone(
      names.filter((name) => !titles.includes(name)),
      REGENERATE,
    );
  });
});

describe('docs/errors.md', () => {
  it('has every error code, with its status and what to do', () => {
    const text = read('docs/errors.md');
    const rows = Object.entries(contracts.ERRORS).map(
      ([code, { status, title, remedy }]) => `| \`${code}\` | ${status} | ${title} | ${remedy} |`,
    );
    expectNone(
      rows.filter((row) => !text.includes(row)),
      REGENERATE,
    );
  });
});

describe('docs/architecture.md', () => {
  it('lists files on the path of one request that exist', () => {
    const section = sectionOf(page('docs/architecture.md'), /path of one request/i) ?? '';
    const listed = [...new Set(section.match(/[\w./-]+\.(?:ts|sql)\b/g) ?? [])];
    expectNone(
      listed.length < 5 ? ['fewer than five files are listed'] : [],
      'Keep a section "The path of one request" that lists the files a POST /v1/orders passes, in order.',
    );
    expectNone(
      listed.filter((file) => !isFile(file)),
      'Correct the list: these files are gone.',
    );
  });
});

describe('the documentation', () => {
  it('names only paths that exist', () => {
    const named = /(?<![\w./@-])(?:apps|libs|tools|test|bench|docs)\/[\w.*{},/<>@-]*/g;
    const faults = pages().flatMap(({ path, text }) =>
      (text.match(named) ?? [])
        .map((name) => name.replace(/[.,/]+$/, ''))
        .filter((name) => !name.includes('<') && !exists(name))
        .map((name) => `${path} names ${name}`),
    );
    expectNone(faults, 'Correct the path, or write <name> for the part that readers choose.');
  });

  it('has links that lead somewhere', () => {
    const faults = pages().flatMap(({ path, text }) =>
      [...text.matchAll(/\]\((?!https?:|mailto:)([^)\s#]+)(?:#[^)]*)?\)/g)]
        .map(([, target]) => target as string)
        .filter((target) => !existsSync(join(dirname(path), target)))
        .map((target) => `${path} links to ${target}`),
    );
    expectNone(faults, 'Correct the link: it is relative to the page.');
  });
});

describe('README.md', () => {
  it('shows as many migrations as a first start makes', async () => {
    const services = await Promise.all(['order', 'payment', 'stock'].map(migrationsOf));
    expect(read('README.md')).toContain(`Databases migrated (${services.flat().length} new)`);
  });
});

describe('README.zh-CN.md', () => {
  const english = (): ReturnType<typeof page> => page('README.md');
  const chinese = (): ReturnType<typeof page> => page('README.zh-CN.md');
  const levels = ({ headings }: ReturnType<typeof page>): number[] => headings.map(({ level }) => level);

  it('has the headings of README.md, level by level', () => {
    expect(levels(english()).length).toBeGreaterThan(3);
    expect(levels(chinese())).toEqual(levels(english()));
  });

  it('has the code blocks of README.md', () => {
    expect(chinese().blocks).toEqual(english().blocks);
  });
});

function isContract(value: unknown): value is contracts.Contract {
  return typeof value === 'object' && value !== null && 'kind' in value && 'body' in value && 'name' in value;
}

/** Written in full, or by its name alone. */
function isFile(name: string): boolean {
  return name.includes('/') ? existsSync(name) : CODE_FILES.some((path) => path.endsWith(`/${name}`));
}

function exists(name: string): boolean {
  return /[*{]/.test(name) ? globSync(name).length > 0 : existsSync(name);
}
