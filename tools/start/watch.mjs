import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { running } from '../infra/proc.mjs';
import { stopProcess } from '../infra/process.mjs';
import { inRoot } from '../infra/root.mjs';
import { say, Trouble } from '../infra/say.mjs';
import { prefixOf } from './log-line.mjs';

const FIRST_BUILD_MS = 60_000;

/** `nest build --watch`: compiles what changes, one file at a time. The services watch what it writes. */
export class BuildWatch {
  /** @type {import('../infra/proc.mjs').Running | undefined} */
  #running;

  /** Resolves after the first build, which writes every file. */
  async start() {
    const child = spawn(
      process.execPath,
      [inRoot('node_modules/@nestjs/cli/bin/nest.js'), 'build', '--watch'],
      {
        cwd: inRoot(),
        detached: true,
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    this.#running = running(child.pid ?? 0);
    const prefix = prefixOf('build', 4);
    await new Promise((resolve, reject) => {
      const late = new Trouble(`the first build took more than ${FIRST_BUILD_MS / 1000} s`);
      const timer = setTimeout(() => reject(late), FIRST_BUILD_MS);
      const ended = () => reject(new Trouble('nest build --watch ended'));
      child.once('error', reject).once('exit', ended);
      for (const input of [child.stdout, child.stderr]) {
        createInterface({ input }).on('line', (line) => {
          if (/compiled/i.test(line)) {
            clearTimeout(timer);
            resolve(undefined);
          }
          if (/error|fail|×/i.test(line)) say(`${' '.repeat(12)} ${prefix} ${line}`);
        });
      }
    });
  }

  async stop() {
    await stopProcess(this.#running, { graceMs: 2_000 });
  }
}
