import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Folder } from './folder.mjs';

/** @type {Folder} */
let folder;

beforeEach(() => {
  folder = new Folder(mkdtempSync(join(tmpdir(), 'waybill-folder-')));
});

afterEach(() => rmSync(folder.path, { recursive: true }));

test('makes a secret once, for nobody else to read', () => {
  const secret = folder.secret('rabbitmq');
  expect(secret).toHaveLength(43);
  expect(new Folder(folder.path).secret('rabbitmq')).toBe(secret);
  expect(folder.secret('apiKey', 'wb_test_')).toMatch(/^wb_test_[\w-]{43}$/);
  expect(statSync(folder.file('secrets.json')).mode & 0o777).toBe(0o600);
});

test('has one owner at a time', () => {
  expect(folder.claim('npm start')).toBeUndefined();
  expect(new Folder(folder.path).claim('npm run infra')).toMatchObject({
    pid: process.pid,
    command: 'npm start',
  });
  folder.release();
  expect(new Folder(folder.path).claim('npm run infra')).toBeUndefined();
});

test('is free again when its owner is dead, even when its number lives on', () => {
  const { pid } = spawnSync('true');
  writeFileSync(folder.file('owner.json'), JSON.stringify({ pid, started: '1', command: 'npm start' }));
  expect(folder.owner).toBeUndefined();
  writeFileSync(
    folder.file('owner.json'),
    JSON.stringify({ pid: process.pid, started: '1', command: 'npm start' }),
  );
  expect(folder.claim('npm start')).toBeUndefined();
});

test('remembers what changes and keeps the rest', () => {
  folder.remember({ ports: 20_000 });
  folder.remember({ broker: { pid: 1, started: '2' } });
  folder.remember({ broker: undefined });
  expect(folder.state).toEqual({ ports: 20_000 });
  expect(JSON.parse(readFileSync(folder.file('state.json'), 'utf8'))).toEqual({ ports: 20_000 });
});
