import { parseArgs } from 'node:util';
import { Database } from '#persistence';
import { loadConfig } from '#service';
import { PaymentConfig } from '../config.js';
import { reconcileLedgers } from '../ledger-check.worker.js';
import { openProvider } from '../provider.module.js';

const DAY_MS = 86_400_000;
const HELP = `npm run reconcile -- [--from <time>] [--to <time>] [--json]

Compares our ledger with the provider's own: of the last 24 hours, unless told. Times are such as 2026-11-23T10:00:00Z.
Exits with 0 when both say the same, with 1 when they differ, with 2 when it could not find out.`;

/** Reconciles a period by hand. */
async function reconcile(args: readonly string[]): Promise<number> {
  const { from, to, json, help } = parseArgs({
    args: [...args],
    options: {
      from: { type: 'string' },
      to: { type: 'string' },
      json: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  }).values;
  if (help) return say(HELP);
  const end = timeIn('--to', to) ?? new Date();
  const period = { from: timeIn('--from', from) ?? new Date(end.getTime() - DAY_MS), to: end };
  const config = loadConfig(PaymentConfig);
  if (!config.providerKeepsBooks) {
    throw new Error(
      'the sandbox in the process keeps no books: set SANDBOX_LEDGER_FILE, or use another provider',
    );
  }
  const closers: (() => Promise<void>)[] = [];
  const ledger = await openProvider(config, (close) => closers.push(close));
  const database = new Database({ url: config.databaseUrl, applicationName: 'waybill-reconcile', max: 1 });
  let found = 0;
  try {
    // Whoever has started this by hand waits for it, or stops the process.
    const { signal } = new AbortController();
    const differences = reconcileLedgers({ database, ledger }, period, signal);
    for await (const { paymentId, what, ours, theirs } of differences) {
      found++;
      const line = json
        ? JSON.stringify({ paymentId, what, ours, theirs })
        : `${paymentId}  ${what}  ours ${ours ?? 'nothing'} ≠ provider ${theirs ?? 'nothing'}`;
      say(line);
    }
  } finally {
    await database.close();
    for (const close of closers) await close();
  }
  if (!json) say(`${found} difference(s) from ${period.from.toISOString()} to ${period.to.toISOString()}`);
  return found === 0 ? 0 : 1;
}

function timeIn(name: string, text: string | undefined): Date | undefined {
  if (text === undefined) return undefined;
  const time = new Date(text);
  if (Number.isNaN(time.getTime())) throw new Error(`${name} is no time: ${text}`);
  return time;
}

function say(line: string): 0 {
  process.stdout.write(`${line}\n`);
  return 0;
}

process.exitCode = await reconcile(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${HELP}\n`);
  return 2;
});
