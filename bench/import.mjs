import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { Infra } from './lib/infra.mjs';
import { openServers } from './lib/servers.mjs';

const HELP = `node bench/import.mjs [--rows N] [--format csv|ndjson]

  Imports N made-up products with their stock (100000), then the same again with the same key, exports them, and
  prints rows per second and the largest memory of gateway and stock service (VmHWM). At the end it compares every level with
  its movements. Broker and database are those of npm run bench. Needs npm run build, and Linux for the memory.
`;
const MAX_ROWS = 100_000_000;

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '100000' },
    format: { type: 'string', default: 'csv' },
    help: { type: 'boolean', default: false },
  },
});
const rows = Number(values.rows);
if (values.help || !(rows >= 1 && rows <= MAX_ROWS) || !['csv', 'ndjson'].includes(values.format)) {
  process.stdout.write(HELP);
  process.exit(values.help ? 0 : 2);
}

const servers = await openServers(process.env);
const infra = new Infra(servers);
try {
  await run();
} finally {
  await infra.close();
  await servers.close();
}

async function run() {
  const { Stack } = await import('#testing');
  const services = /** @type {const} */ (['order', 'payment', 'stock']);
  const [brokerUrl, ...urls] = await Promise.all([
    infra.vhost('import'),
    ...services.map((name) => infra.database(name)),
  ]);
  const databaseUrls = Object.fromEntries(services.map((name, i) => [name, urls[i]]));
  const env = { NODE_ENV: 'production', LOG_LEVEL: 'info' };
  const stack = await Stack.start({ brokerUrl, databaseUrls, env });
  try {
    say(`${rows} rows of ${values.format}, Node ${process.version}; memory before: ${memoryOf(stack)}`);
    const key = randomUUID();
    const first = await timed('imported', () => upload(stack, key));
    const again = await timed('the same again, recognised', () => upload(stack, key));
    say(`memory at most: ${memoryOf(stack)}`);
    const exported = await timed('exported', () => download(stack));
    say(`memory at most, after the export: ${memoryOf(stack)}`);
    if (exported !== rows) throw new Error(`${exported} rows were exported`);
    if (first.rowsApplied !== rows) throw new Error(`${first.rowsApplied} rows were applied`);
    if (JSON.stringify(again) !== JSON.stringify(first)) throw new Error('the second report is another one');
    await checkBooks(databaseUrls.stock ?? '');
    say('books: every level is the sum of its movements');
  } finally {
    await stack.stop();
  }
}

/** @param {string} what @param {() => Promise<any>} work */
async function timed(what, work) {
  const begun = performance.now();
  const result = await work();
  const seconds = (performance.now() - begun) / 1_000;
  say(`${what}: ${seconds.toFixed(1)} s, ${Math.round(rows / seconds)} rows/s`);
  return result;
}

/** @param {any} stack @param {string} key */
async function upload(stack, key) {
  const type = values.format === 'csv' ? 'text/csv' : 'application/x-ndjson';
  const response = await fetch(`${stack.url}/v1/stock/imports`, {
    method: 'POST',
    headers: { authorization: `Bearer ${stack.apiKey}`, 'content-type': type, 'idempotency-key': key },
    body: /** @type {any} */ (Readable.toWeb(Readable.from(file()))),
    duplex: 'half',
  });
  const text = await response.text();
  if (response.status !== 200) throw new Error(`HTTP ${response.status} ${text}`);
  return JSON.parse(text);
}

/** Returns how many rows there were; of CSV without the header. @param {any} stack */
async function download(stack) {
  const response = await fetch(`${stack.url}/v1/stock/exports?format=${values.format}`, {
    headers: { authorization: `Bearer ${stack.apiKey}` },
  });
  let lines = values.format === 'csv' ? -1 : 0;
  for await (const bytes of response.body ?? []) for (const byte of bytes) if (byte === 0x0a) lines++;
  return lines;
}

/** The same bytes each time, made while they are sent. */
function* file() {
  const isCsv = values.format === 'csv';
  let piece = isCsv ? 'sku,name,price,currency,onHand\n' : '';
  for (let i = 0; i < rows; i++) {
    const [sku, name, price, onHand] = [`SKU-${i}`, `Product ${i}, "made up"`, 1 + (i % 10_000), i % 1_000];
    piece += isCsv
      ? `${sku},"${name.replaceAll('"', '""')}",${price},EUR,${onHand}\n`
      : `${JSON.stringify({ sku, name, price, currency: 'EUR', onHand })}\n`;
    if (piece.length < 65_536) continue;
    yield piece;
    piece = '';
  }
  if (piece !== '') yield piece;
}

/** The largest resident size that the kernel has seen. @param {any} stack */
function memoryOf(stack) {
  return ['gateway', 'stock']
    .map((name) => {
      const status = readFileSync(`/proc/${stack.of(name).pid}/status`, 'utf8');
      return `${name} ${Math.round(Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1]) / 1_024)} MB`;
    })
    .join(', ');
}

/** @param {string} url */
async function checkBooks(url) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows: wrong } = await client.query(`
      select sku from products left join (
        select sku, sum(on_hand_delta) as moved from movements group by sku
      ) as m using (sku)
      where on_hand <> coalesce(moved, 0) limit 1`);
    if (wrong.length > 0) throw new Error(`the level of ${wrong[0].sku} is not the sum of its movements`);
  } finally {
    await client.end();
  }
}

/** @param {string} text */
function say(text) {
  process.stdout.write(`${text}\n`);
}
