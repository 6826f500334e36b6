import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Shop } from './shop.js';

const MESSAGES = process.env.WAYBILL_FUZZ_MESSAGES ?? '1000';
const LONGEST_MS = 3_600_000;

let shop: Shop;

beforeAll(async () => {
  shop = await Shop.open({ ownUsers: true });
});
afterAll(() => shop?.close());

test(
  'every message that nobody may carry out is refused or a dead letter, once, while orders go through',
  async () => {
    const { url, apiKey, identity } = shop.stack;
    const seed = process.env.WAYBILL_FUZZ_SEED ?? String(Date.now() % 2 ** 30);
    const env = {
      ...process.env,
      ...shop.stack.environment(),
      WAYBILL_URL: url,
      WAYBILL_API_KEY: apiKey,
      IDENTITY_KEY: identity.key,
    };
    const args = ['test/fuzz/bus/main.mjs', '--messages', MESSAGES, '--seed', seed];
    const child = spawn('node_modules/.bin/node', args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => (output += String(chunk)));
    const [code] = await once(child, 'close');
    process.stdout.write(output);
    expect([code, output]).toEqual([0, expect.stringContaining('0 faults')]);
    await shop.expectSound();
  },
  LONGEST_MS,
);
