import 'reflect-metadata';
import { existsSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { getMetadataStorage, validateSync } from 'class-validator';

type ConfigClass<C> = new () => C;

/** Every fault of the configuration at once, each with the variable to change. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  constructor(readonly faults: readonly string[]) {
    super(
      `The configuration has ${faults.length} fault(s):\n${faults.map((fault) => `  - ${fault}`).join('\n')}`,
    );
  }
}

export interface Variable {
  readonly name: string;
  readonly property: string;
  readonly required: boolean;
  readonly default: string | undefined;
}

const variableNames = new WeakMap<object, Map<string, string>>();

/** The variable of a property that is not its name in SCREAMING_SNAKE_CASE. */
export function Env(name: string): PropertyDecorator {
  return (target, property) => {
    const names = variableNames.get(target) ?? new Map<string, string>();
    names.set(String(property), name);
    variableNames.set(target, names);
  };
}

/** What `npm run infra` and `npm start` write for services that are started by hand. */
const DEVELOPMENT_FILE = '.data/development.env';

/**
 * Reads a configuration class: the environment first, then `.env`, then what `npm run infra` wrote. `NAME_FILE` names a
 * file that holds the value, as container secrets do. The only place that reads the environment.
 */
export function loadConfig<C extends object>(type: ConfigClass<C>, environment = process.env): C {
  const values: NodeJS.Dict<string> = { ...fromFile(DEVELOPMENT_FILE), ...fromFile('.env'), ...environment };
  const config = new type();
  const faults: string[] = [];
  const variables = describeConfig(type);
  for (const { name, property } of variables) {
    try {
      const text = textOf(name, values);
      if (text !== undefined) Object.assign(config, { [property]: parsed(text, config, property) });
    } catch (error) {
      faults.push((error as Error).message);
    }
  }
  const names = new Map(variables.map(({ name, property }) => [property, name]));
  for (const { property, constraints = {} } of validateSync(config, { forbidUnknownValues: false })) {
    const words = Object.values(constraints).map((constraint) => constraint.replace(`${property} `, ''));
    faults.push(`${names.get(property)} ${words.join(', and ')}`);
  }
  if (faults.length > 0) throw new ConfigError(faults);
  return config;
}

/** Where a process is to kill itself, for tests: see libs/crash-points. Not from a file, where it could be forgotten. */
export function crashAtOf({ CRASH_AT, NODE_ENV }: NodeJS.ProcessEnv = process.env): string | undefined {
  if (!CRASH_AT || NODE_ENV === 'test') return CRASH_AT;
  throw new ConfigError([
    `CRASH_AT=${CRASH_AT} would make this process kill itself: it is for tests, with NODE_ENV=test. Unset it`,
  ]);
}

/** Every variable that a configuration class reads. */
export function describeConfig<C extends object>(type: ConfigClass<C>): Variable[] {
  const config = new type() as Record<string, string | number | boolean | undefined>;
  const decorations = getMetadataStorage().getTargetValidationMetadatas(type, '', false, false);
  const properties = [...new Set(decorations.map(({ propertyName }) => propertyName))];
  return properties.map((property) => ({
    name: variableOf(type.prototype, property),
    property,
    required:
      config[property] === undefined &&
      !decorations.some((one) => one.propertyName === property && one.type === 'conditionalValidation'),
    default: config[property] === undefined ? undefined : String(config[property]),
  }));
}

function variableOf(prototype: object | null, property: string): string {
  for (let target = prototype; target; target = Object.getPrototypeOf(target)) {
    const name = variableNames.get(target)?.get(property);
    if (name) return name;
  }
  return property.replace(/[A-Z]/g, '_$&').toUpperCase();
}

function textOf(name: string, values: NodeJS.Dict<string>): string | undefined {
  const file = values[`${name}_FILE`];
  if (!file) return values[name] === '' ? undefined : values[name];
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new Error(`${name}_FILE names a file that can't be read: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

/** The type of the default, or of the declaration, says what the text must be. Validation says the rest. */
function parsed(text: string, config: object, property: string): unknown {
  const declared = Reflect.getMetadata('design:type', config, property);
  const kind = typeof (config as Record<string, unknown>)[property];
  if (kind === 'number' || declared === Number) return text.trim() === '' ? Number.NaN : Number(text);
  if (kind === 'boolean' || declared === Boolean)
    return text === 'true' ? true : text === 'false' ? false : text;
  return text;
}

function fromFile(path: string): NodeJS.Dict<string> {
  return existsSync(path) ? parseEnv(readFileSync(path, 'utf8')) : {};
}
