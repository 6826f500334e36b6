import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Shop } from './shop.js';

/** More of them in `npm run long:fuzz`. */
const REQUESTS = process.env.WAYBILL_FUZZ_REQUESTS ?? '5000';
const LONGEST_MS = 3_600_000;

let shop: Shop;

beforeAll(async () => {
  // What is cancelled before its provider has heard of it is settled after a quarantine of twelve such time-outs.
  shop = await Shop.open({ env: { PROVIDER_TIMEOUT_MS: '1000' } });
});

afterAll(() => shop?.close());

test(
  'every part of every route takes what it should not, and answers as the document says',
  async () => {
    const { url, apiKey } = shop.stack;
    const seed = process.env.WAYBILL_FUZZ_SEED ?? String(Date.now() % 2 ** 31);
    const args = ['--requests', REQUESTS, '--seed', seed, '--url', url, '--key', apiKey];
    const child = spawn(process.execPath, ['test/fuzz/main.mjs', ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => (output += String(chunk)));
    const [code] = await once(child, 'close');
    process.stdout.write(output);
    expect([code, output]).toEqual([0, expect.stringContaining(`${REQUESTS} requests, seed ${seed}`)]);
    await shop.expectSound();
  },
  LONGEST_MS,
);
