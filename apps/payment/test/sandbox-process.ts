import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

const READY_MS = 60_000;

/** The built stand-alone sandbox. Needs `npm run build`. */
export class SandboxProcess {
  private child: ChildProcess | undefined;
  private exit: Promise<unknown> | undefined;
  private port = 0;

  private constructor(
    private readonly ledgerFile: string,
    private readonly env: Readonly<Record<string, string>>,
  ) {}

  static async start(
    ledgerFile: string,
    env: Readonly<Record<string, string>> = {},
  ): Promise<SandboxProcess> {
    const sandbox = new SandboxProcess(ledgerFile, env);
    await sandbox.restart();
    return sandbox;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** On the same port as before. */
  async restart(): Promise<void> {
    const { PATH = '' } = process.env;
    const child = spawn('node_modules/.bin/node', ['dist/apps/payment/src/sandbox/main.js'], {
      env: { PATH, SANDBOX_PORT: String(this.port), SANDBOX_LEDGER_FILE: this.ledgerFile, ...this.env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.child = child;
    this.exit = once(child, 'exit');
    const lines = createInterface({ input: child.stdout });
    const [line] = (await Promise.race([
      once(lines, 'line', { signal: AbortSignal.timeout(READY_MS) }),
      this.exit.then(() => Promise.reject(new Error('the sandbox exited at its start'))),
    ])) as [string];
    this.port = Number(new URL(line.slice(line.indexOf('http'))).port);
  }

  async kill(): Promise<void> {
    this.child?.kill('SIGKILL');
    await this.exit;
  }

  /** Returns the exit code. */
  async stop(): Promise<number | null> {
    this.child?.kill('SIGTERM');
    await this.exit;
    return this.child?.exitCode ?? null;
  }
}
