// `npm run fuzz:bus` puts messages that nobody may carry out into every queue of a running system, and accounts for each of them.
import { existsSync, readFileSync } from 'node:fs';
import { parseArgs, parseEnv } from 'node:util';
import { BusFuzz } from './run.mjs';

const HELP = `npm run fuzz:bus -- [--messages 1000] [--seed N]

Puts forged, malformed, oversized, unknown and wrongly typed messages into every queue of every service of the npm start that
runs, --messages for each service, and as many false answers, wishes and log entries; orders that are as they should be go
through meanwhile. Each message has to be a dead letter, or a refusal, once. Never on a system that matters.

  --messages <n>   for each service
  --seed <n>       the same messages again
  --help

On another system, where each process has a user of the broker of its own: RABBITMQ_URL of an administrator, WAYBILL_URL,
WAYBILL_API_KEY, IDENTITY_KEY of its gateway, ORDER_DATABASE_URL, PAYMENT_DATABASE_URL and STOCK_DATABASE_URL.
Exit code 1 when a message is not accounted for, or was carried out; 2 when there is nothing to attack.`;

const DEVELOPMENT = '.data/development.env';
const development = existsSync(DEVELOPMENT) ? parseEnv(readFileSync(DEVELOPMENT, 'utf8')) : {};
/** @type {NodeJS.Dict<string>} */
const env = { ...development, ...process.env };
const NEEDED = ['RABBITMQ_URL', 'WAYBILL_URL', 'WAYBILL_API_KEY', 'IDENTITY_KEY'];
const DATABASES = ['ORDER_DATABASE_URL', 'PAYMENT_DATABASE_URL', 'STOCK_DATABASE_URL'];

const { values } = parseArgs({
  options: {
    messages: { type: 'string', default: '1000' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 30) },
    help: { type: 'boolean' },
  },
});
const [messages, seed] = [Number(values.messages), Number(values.seed)];
const missing = [...NEEDED, ...DATABASES].filter((name) => !env[name]);

if (values.help) {
  console.log(HELP);
} else if (
  missing.length > 0 ||
  !Number.isSafeInteger(messages) ||
  messages < 1 ||
  !Number.isSafeInteger(seed)
) {
  console.error(`Not set: ${missing.join(', ') || 'nothing'}; or a number is none.\n\n${HELP}`);
  process.exitCode = 2;
} else {
  await run();
  process.exit();
}

async function run() {
  const begun = performance.now();
  const [order = '', payment = '', stock = ''] = DATABASES.map((name) => env[name]);
  const fuzz = new BusFuzz({
    brokerUrl: env.RABBITMQ_URL ?? '',
    url: env.WAYBILL_URL ?? '',
    key: env.WAYBILL_API_KEY ?? '',
    identityKey: env.IDENTITY_KEY ?? '',
    databases: { order, payment, stock },
    messages,
    seed,
  });
  const results = await fuzz.run((done) => process.stderr.write(`\r${done} of ${messages} for each service`));
  process.stderr.write('\n');
  for (const fault of fuzz.faults) console.error(fault);
  for (const [service, { sent, letters, refusals, reasons }] of Object.entries(results)) {
    const causes = Object.entries(reasons).map(([reason, count]) => `${count} ${reason}`);
    console.log(
      `${service}: ${sent} messages → ${letters} dead letters (${causes.join(', ')}), ${refusals} refusals`,
    );
  }
  const slowest = fuzz.shop.confirmedAfter;
  const seconds = ((performance.now() - begun) / 1_000).toFixed(1);
  console.log(
    `${messages} messages for each service, ${fuzz.nuisances} nuisances, seed ${seed}, ${seconds} s: ` +
      `${slowest.length} orders confirmed meanwhile, the slowest after ${Math.round(Math.max(...slowest))} ms, ${fuzz.faults.length} faults`,
  );
  process.exitCode = fuzz.faults.length > 0 ? 1 : 0;
}
