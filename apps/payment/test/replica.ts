import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Loop } from '#loop';
import { bundle, type Outcome } from '#messaging';
import { Database, OutboxRelay } from '#persistence';
import { testDatabase, warm } from '#testing';
import { paymentRules } from '../src/decide.js';
import { type PaymentEffect } from '../src/effects.js';
import { paymentInvariants } from '../src/invariants.store.js';
import { type PaymentMessage } from '../src/messages.js';
import { PaymentHandlers } from '../src/payment.handlers.js';
import { paymentStore } from '../src/payment.store.js';
import { type Provider } from '../src/provider.js';
import { ProviderCalls, type Tell } from '../src/provider-calls.client.js';
import { reconcile } from '../src/reconcile.worker.js';
import { type PaymentRow } from '../src/record.js';
import { type PaymentState } from '../src/refund.js';
import { type Actions, KnownActions } from '../src/sandbox/action.js';
import { InProcessSandbox } from '../src/sandbox/in-process.client.js';
import { type Entry, LedgerFile, readLedger } from '../src/sandbox/ledger-file.client.js';

const TIMING = {
  timeoutMs: 10_000,
  firstPauseMs: 1_000,
  quarantineMs: 60_000,
  authorizationMs: 604_800_000,
};
/** Test tokens fail on purpose. */
const PATIENT = { failures: 1_000, pauseMs: 1_000 };
const quiet = (): void => undefined;
const SILENT = { debug: quiet, info: quiet, warn: quiet, error: quiet };

/** An empty database of the payment service, dropped in the end. */
export async function openDatabase(): Promise<{ database: Database; drop: () => Promise<void> }> {
  const { url, drop } = await testDatabase('payment');
  const database = new Database({ url, applicationName: 'payment-test' });
  await warm(database);
  const close = async () => {
    await database.close();
    await drop();
  };
  return { database, drop: close };
}

/** The sandbox's own books, in a file that several replicas write. */
export class Books {
  private constructor(
    private readonly folder: string,
    readonly file: LedgerFile,
  ) {}

  static async open(): Promise<Books> {
    const folder = await mkdtemp(join(tmpdir(), 'waybill-sandbox-'));
    return new Books(folder, await LedgerFile.open(join(folder, 'ledger.jsonl')));
  }

  async of(paymentId: string): Promise<Entry[]> {
    const entries = await readLedger(join(this.folder, 'ledger.jsonl'));
    return entries.filter((entry) => entry.paymentId === paymentId);
  }

  async close(): Promise<void> {
    await this.file.close();
    await rm(this.folder, { recursive: true });
  }
}

/** One process of the payment service, without broker and Nest. What it says ends in `sent`. */
export class Replica {
  readonly sent: string[] = [];
  readonly loop: Loop<PaymentState, PaymentRow, PaymentMessage>;
  readonly handlers: PaymentHandlers;
  private readonly calls: ProviderCalls;
  private readonly relay: OutboxRelay;
  private crashed = false;

  constructor(
    private readonly database: Database,
    provider: Provider,
    breaker = PATIENT,
  ) {
    this.relay = new OutboxRelay({
      database,
      publish: async ({ body }) => {
        for (const { type, data } of JSON.parse(body)) this.sent.push(`${type} ${data.paymentId}`);
      },
    });
    this.calls = new ProviderCalls({
      provider,
      timeoutMs: TIMING.timeoutMs,
      concurrency: 8,
      maxWaiting: 1_000,
      breaker,
      log: SILENT,
      observe: () => undefined,
    });
    this.loop = new Loop({
      rules: paymentRules(TIMING),
      store: paymentStore,
      database,
      relay: this.relay,
      bundle,
      notify: () => undefined,
      perform: (effect, cause) => {
        const tell: Tell = async (message) => (this.crashed ? [] : this.loop.settle([message]));
        if (!this.crashed) this.calls.start(effect as PaymentEffect, cause, tell);
      },
    });
    this.handlers = new PaymentHandlers(this.loop, database);
  }

  /** Everything that these messages lead to has happened when it returns, but for what waits for its time. */
  async handle(...messages: readonly PaymentMessage[]): Promise<readonly Outcome[]> {
    const outcomes = await this.loop.settle(messages);
    await this.quiet();
    return outcomes;
  }

  async reconcile(): Promise<void> {
    await reconcile(this.database, this.loop);
    await this.quiet();
  }

  /** From now on nothing is called and no outcome is saved: as after `kill -9`. */
  crash(): void {
    this.crashed = true;
  }

  async stop(): Promise<void> {
    await this.relay.stop(1_000);
  }

  private async quiet(): Promise<void> {
    await this.loop.drain();
    await this.calls.drain();
  }
}

export const sandbox = ({ file: ledger }: Books, actions: Actions = new KnownActions()): InProcessSandbox =>
  new InProcessSandbox({ ledger, actions, publicUrl: 'http://127.0.0.1', actionMs: 240_000 });

/** Lets the time pass that a payment waits for. */
export async function skipPause(database: Database, paymentId: string): Promise<void> {
  await database.query(
    `update payments set next_attempt_at = now() - interval '1 second',
       cancelled_at = cancelled_at - interval '2 minutes' where id = $1 and next_attempt_at is not null`,
    [paymentId],
  );
  await database.query(
    `update refunds set next_attempt_at = now() - interval '1 second'
     where payment_id = $1 and next_attempt_at is not null`,
    [paymentId],
  );
}

/** Names of the invariants that do not hold. */
export async function violations(database: Pick<Database, 'query'>): Promise<string[]> {
  const broken: string[] = [];
  for (const { name, sql } of paymentInvariants) {
    if ((await database.query(sql)).rows.length > 0) broken.push(name);
  }
  return broken;
}
