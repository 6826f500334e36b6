// `npm run fuzz` sends requests made from the API document to a running gateway, and judges every answer by that document.
import { existsSync, readFileSync } from 'node:fs';
import { parseArgs, parseEnv } from 'node:util';
import { fuzz } from './fuzz.mjs';

const HELP = `npm run fuzz -- [--requests 5000] [--seed N] [--url http://localhost:3000] [--key wb_test_…]

Without --url and --key: those of the npm start that runs. It places orders and changes stock: never on a system that matters.
Exit code 1 when an answer is a 5xx other than 503 and 504, an error that is no problem+json, or not as the document says.`;

const DEVELOPMENT = '.data/development.env';
const development = existsSync(DEVELOPMENT) ? parseEnv(readFileSync(DEVELOPMENT, 'utf8')) : {};

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '5000' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    url: { type: 'string', default: development.WAYBILL_URL },
    key: { type: 'string', default: development.WAYBILL_API_KEY },
    help: { type: 'boolean' },
  },
});
const { url, key } = values;
const [requests, seed] = [Number(values.requests), Number(values.seed)];

if (values.help) {
  console.log(HELP);
} else if (!url || !key || !Number.isSafeInteger(requests) || !Number.isSafeInteger(seed) || requests < 1) {
  console.error(`There is no gateway to ask, or a number is none.\n\n${HELP}`);
  process.exitCode = 2;
} else {
  const begun = performance.now();
  const { statuses, targets, reached, faults } = await fuzz({ url, key, requests, seed });
  for (const fault of faults.slice(0, 50)) console.error(fault);
  const counts = Object.entries(statuses).map(([status, count]) => `${count} × ${status}`);
  console.log(
    `${requests} requests, seed ${seed}, ${((performance.now() - begun) / 1_000).toFixed(1)} s: ${counts.join(', ')}`,
  );
  console.log(`${reached} of ${targets} parts of all routes attacked, ${faults.length} faults`);
  process.exitCode = faults.length > 0 || reached < targets ? 1 : 0;
  process.exit();
}
