// `npm run long:fuzz`: both fuzzers, for long, on a system of their own; what came out goes to docs/results/fuzz.md.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';

const HELP = `npm run long:fuzz -- [--requests 100000] [--messages 20000] [--seed N]

Attacks the HTTP API with --requests requests and every service with --messages messages, each on a system of its own that is
started and stopped for it, checks all invariants afterwards, and writes docs/results/fuzz.md. Takes about half an hour.
Exit code 1 when anything is not as it must be.`;

const REPORT = 'docs/results/fuzz.md';
const NUMBERS = /(requests|messages for each service).*seed|parts of all routes|dead letters \(/;

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '100000' },
    messages: { type: 'string', default: '20000' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 30) },
    help: { type: 'boolean' },
  },
});

if (values.help) {
  console.log(HELP);
} else if (![values.requests, values.messages, values.seed].every((text) => /^\d{1,9}$/.test(text))) {
  console.error(`A number is none.\n\n${HELP}`);
  process.exitCode = 2;
} else {
  process.exitCode = await run();
}

async function run() {
  const begun = new Date();
  const env = {
    ...process.env,
    WAYBILL_FUZZ_REQUESTS: values.requests,
    WAYBILL_FUZZ_MESSAGES: values.messages,
    WAYBILL_FUZZ_SEED: values.seed,
  };
  const args = ['tools/test.mjs', 'e2e', '--testPathPatterns', 'fuzz'];
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (chunk) => {
    process.stdout.write(chunk);
    output += String(chunk);
  });
  const [code] = await once(child, 'close');
  report(begun, output, code === 0);
  return code === 0 ? 0 : 1;
}

/** @param {Date} begun @param {string} output @param {boolean} isGood */
function report(begun, output, isGood) {
  const lines = output.split('\n').filter((line) => NUMBERS.test(line));
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
  const machine = `${availableParallelism()} × ${cpus()[0]?.model.trim() || 'CPU'}, ${Math.round(totalmem() / 2 ** 30)} GiB`;
  const minutes = ((Date.now() - begun.getTime()) / 60_000).toFixed(1);
  const text = `# Fuzzing

What \`npm run long:fuzz\` came to, last time. [What it does](../../test/e2e/README.md); the same messages again with \`--seed\`.

| | |
| --- | --- |
| Date | ${begun.toISOString().slice(0, 16).replace('T', ' ')} UTC, ${minutes} minutes |
| Commit | ${commit} |
| Machine | ${machine} |
| Seed | ${values.seed} |
| Outcome | ${isGood ? 'all as it must be; every invariant holds afterwards' : 'FAILED'} |

\`\`\`text
${lines.join('\n')}
\`\`\`
`;
  mkdirSync('docs/results', { recursive: true });
  writeFileSync(REPORT, text);
  console.log(`Written: ${REPORT}`);
}
