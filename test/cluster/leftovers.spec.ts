import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { endLeftovers } from './leftovers.js';

const FOLDER = '/nowhere/rabbit-cluster';
const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

async function living(home: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1_000)'], {
    env: { HOME: home },
  });
  children.push(child);
  await once(child, 'spawn');
  return child;
}

/** Elsewhere nothing tells what a process was started with. */
const onLinux = existsSync('/proc/self/environ') ? test : test.skip;

onLinux('ends what lives in the folder, and nothing else', async () => {
  const inside = await living(`${FOLDER}/waybill1/home`);
  const beside = await living(`${FOLDER}-2/waybill1/home`);
  const ended = once(inside, 'exit');
  await endLeftovers(FOLDER);
  expect((await ended)[1]).toBe('SIGKILL');
  expect(beside.exitCode ?? beside.signalCode).toBeNull();
});

test('has nothing to do where nothing is left', async () => {
  await expect(endLeftovers(FOLDER)).resolves.toBeUndefined();
});
