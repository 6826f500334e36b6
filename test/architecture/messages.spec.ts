import * as contracts from '#contracts';
import { expectNone, read } from './files.js';

interface Sampled {
  readonly least: object;
  readonly all: object;
  /** Paths of the least without which it was refused. */
  readonly insists: readonly string[];
}

/** Messages and answers as they were at the base: `npm run compat -- --set-base` writes them. */
const SAMPLES = JSON.parse(read('test/compat/messages.json')) as Readonly<Record<string, Sampled>>;
const allowed = JSON.parse(read('test/compat/allowed.json')) as Readonly<Record<string, unknown>>;
const INSTEAD =
  'Add what is new as optional and leave the rest, or make it a message of its own with the next number.';

const types = new Map(
  Object.values(contracts as Record<string, unknown>)
    .filter((value) => value instanceof Object && 'kind' in value && 'body' in value)
    .flatMap((value) => {
      const { name, body, ...contract } = value as contracts.Contract;
      return 'answer' in contract
        ? ([
            [name, body],
            [`${name}.answer`, contract.answer],
          ] as const)
        : ([[name, body]] as const);
    }),
);
const entries = Object.entries(SAMPLES).flatMap(([name, sampled]) => {
  const type = types.get(name);
  return type && !(name in allowed) ? [{ name, type, ...sampled }] : [];
});
const accepts = (type: contracts.Class<object>, sample: unknown, strict = false): boolean =>
  'value' in contracts.validate(type, sample, strict);

describe('messages of the version before', () => {
  it('still have their contract', () => {
    expect(entries.length).toBeGreaterThan(100);
    expectNone(
      Object.keys(SAMPLES).filter((name) => !types.has(name)),
      'Keep the contract until the version that uses it is the last but one.',
    );
  });

  it('are understood: the least of each, and all of it', () => {
    const refused = entries.flatMap(({ name, type, least, all }) =>
      [least, all].flatMap((sample) => (accepts(type, sample) ? [] : [`${name}: ${JSON.stringify(sample)}`])),
    );
    expectNone(refused, INSTEAD);
  });

  it('have no field that is gone', () => {
    const gone = entries.filter(({ type, all }) => !accepts(type, all, true));
    expectNone(
      gone.map(({ name, all }) => `${name} had ${Object.keys(all).join(', ')}`),
      INSTEAD,
    );
  });
});

describe('messages of this version', () => {
  it('must have what the version before insists on', () => {
    const lacking = entries.flatMap(({ name, type, least, insists }) =>
      insists.flatMap((path) => (accepts(type, without(path.split('/'), least)) ? [`${name}: ${path}`] : [])),
    );
    expectNone(lacking, 'Leave it required: the version before refuses a message without it.');
  });

  it('may have fields that their reader does not know, at any depth', () => {
    const refused = entries.filter(({ type, all }) => !accepts(type, grown(all)));
    expectNone(
      refused.map(({ name }) => name),
      'Let messages between services grow: strictness is for what comes from outside.',
    );
  });
});

function grown(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(grown);
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).map(([key, inner]) => [key, grown(inner)]);
  return { ...Object.fromEntries(fields), later: 'added by the next version' };
}

function without([key = '', ...rest]: readonly string[], sample: object): object {
  const { [key]: value, ...others } = sample as Readonly<Record<string, object>>;
  return rest.length === 0 || !value ? others : { ...others, [key]: without(rest, value) };
}
