import { globSync } from 'node:fs';
import { resolve } from 'node:path';
import { describeConfig } from '#service';
import { expectNone, read } from './files.js';

interface Documented {
  readonly process: string;
  readonly name: string;
  readonly value: string;
  readonly required: boolean;
}

/** `apps/order/src/config.ts` is of order, `apps/payment/src/sandbox/config.ts` of sandbox. */
const CONFIGS = globSync(['apps/*/src/config.ts', 'apps/*/src/*/config.ts']).sort();

const REMEDY = 'Run "npm run gen" and commit the result.';
const keyOf = ({ process, name }: Documented): string => `${process}: ${name}`;

describe('.env.example', () => {
  it('has every variable of every configuration class, and no other', async () => {
    const documented = documentedVariables().map(keyOf);
    const declared = (await declaredVariables()).map(keyOf);
    expect(declared.length).toBeGreaterThan(0);
    expectNone(
      declared.filter((key) => !documented.includes(key)).map((key) => `${key} is missing`),
      REMEDY,
    );
    expectNone(
      documented.filter((key) => !declared.includes(key)).map((key) => `${key} is read by nobody`),
      REMEDY,
    );
  });

  it('says which are required, and the default of the others', async () => {
    const documented = new Map(documentedVariables().map((one) => [keyOf(one), one]));
    const wrong = (await declaredVariables()).filter((variable) => {
      const said = documented.get(keyOf(variable));
      return said?.required !== variable.required || !pattern(said.value).test(variable.value);
    });
    expectNone(
      wrong.map((one) => `${keyOf(one)} is ${one.required ? 'required' : `"${one.value}" by default`}`),
      REMEDY,
    );
  });

  it('sets nothing, so that a copy of it changes nothing', () => {
    const set = read('.env.example')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));
    expect(set).toEqual([]);
  });
});

async function declaredVariables(): Promise<Documented[]> {
  const found: Documented[] = [];
  for (const path of CONFIGS) {
    const process = path
      .split('/')
      .filter((part) => part !== 'src')
      .at(-2) as string;
    const module: Record<string, new () => object> = await import(resolve(path));
    for (const type of Object.values(module)) {
      for (const { name, required, default: value = '' } of describeConfig(type)) {
        found.push({ process, name, value, required });
      }
    }
  }
  return found;
}

/** A heading names the processes, a comment explains, and `#NAME=default` ends it. */
function documentedVariables(): Documented[] {
  const [, ...sections] = read('.env.example').split(/^## /m);
  return sections.flatMap((section) => {
    const [readers = '', ...paragraphs] = section.split('\n\n');
    const variables = paragraphs.flatMap((paragraph) => {
      const [, name, value] = /^#([A-Z][A-Z0-9_]*)=(.*)$/m.exec(paragraph) ?? [];
      return name && value !== undefined ? [{ name, value, required: /\bRequired\.\n/.test(paragraph) }] : [];
    });
    return readers.split(', ').flatMap((process) => variables.map((variable) => ({ process, ...variable })));
  });
}

/** `<name>` stands for what the machine puts there. */
function pattern(value: string): RegExp {
  const parts = value.split(/<\w+>/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.+')}$`);
}
