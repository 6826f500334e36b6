import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Fault } from '../../apps/payment/src/sandbox/faults.js';
import { type Entry } from '../../apps/payment/src/sandbox/ledger-file.client.js';
import { SandboxProcess } from '../../apps/payment/test/sandbox-process.js';
import { providerViolations } from '../invariants/provider.js';
import { type Shop } from './shop.js';

/** The sandbox provider as a process of its own: what it has written into its own books is the truth about money. */
export class Oracle {
  private constructor(
    readonly sandbox: SandboxProcess,
    private readonly folder: string,
  ) {}

  /** `env`: more of it, for the sandbox. */
  static async open(env: Readonly<Record<string, string>> = {}): Promise<Oracle> {
    const folder = await mkdtemp(join(tmpdir(), 'waybill-oracle-'));
    return new Oracle(await SandboxProcess.start(fileIn(folder), env), folder);
  }

  /** For the payment service. */
  get env(): Readonly<Record<string, string>> {
    return { PAYMENT_PROVIDER_URL: this.sandbox.url };
  }

  async plan(...faults: readonly Fault[]): Promise<void> {
    for (const fault of faults) {
      const headers = { 'content-type': 'application/json' };
      const body = JSON.stringify(fault);
      const { status } = await fetch(new URL('faults', this.sandbox.url), { method: 'POST', headers, body });
      if (status !== 204) throw new Error(`the fault was answered with ${status}`);
    }
  }

  /** What was planned and has not happened yet does not happen. */
  async forget(): Promise<void> {
    await fetch(new URL('faults', this.sandbox.url), { method: 'DELETE' });
  }

  /** By the file: each line is something that the provider has done, or has refused to do. */
  async entries(): Promise<Entry[]> {
    const lines = (await readFile(fileIn(this.folder), 'utf8')).split('\n').filter((line) => line !== '');
    return lines.map((line) => JSON.parse(line) as Entry);
  }

  /** Q4. */
  async expectSameBooks({ books }: Pick<Shop, 'books'>): Promise<Entry[]> {
    const entries = await this.entries();
    expect(await providerViolations(books.pools.payment, entries)).toEqual([]);
    return entries;
  }

  async close(): Promise<void> {
    await this.sandbox.stop();
    await rm(this.folder, { recursive: true });
  }
}

const fileIn = (folder: string): string => join(folder, 'ledger.jsonl');
