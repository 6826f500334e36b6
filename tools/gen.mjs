// `npm run gen` writes what is made from the code; `npm run gen:check` fails when a file is not what the code says.
import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';

if (!existsSync('dist/libs/contracts')) {
  console.error(
    'The generators read the compiled code: run "npx nest build" first, or "npm run gen", which does.',
  );
  process.exit(1);
}
const { asyncApiDocument } = await import('./gen/asyncapi.mjs');
const { developmentDefinitions } = await import('./gen/broker.mjs');
const { envExample } = await import('./gen/env.mjs');
const { errorsPage } = await import('./gen/errors.mjs');
const { messagesPage } = await import('./gen/messages.mjs');
const { openApiDocument } = await import('./gen/openapi.mjs');
const { rightsPage } = await import('./gen/rights.mjs');

const FILES = {
  'docs/messages.md': messagesPage(),
  'docs/errors.md': errorsPage(),
  'docs/asyncapi.json': await asyncApiDocument(),
  'docs/openapi.json': await openApiDocument(),
  '.env.example': await envExample(),
  'docs/database-rights.md': rightsPage(),
  'docker/rabbitmq-definitions.json': developmentDefinitions(),
};

if (process.argv.includes('--check')) {
  const outdated = Object.entries(FILES).filter(([path, text]) => differs(path, text));
  if (outdated.length > 0) {
    console.error(
      `\n${outdated.map(([path]) => path).join(', ')}: not what the code says. Run "npm run gen" and commit the result.`,
    );
    process.exit(1);
  }
} else {
  for (const [path, text] of Object.entries(FILES)) writeFileSync(path, text);
}

/** Prints the difference, if there is one. @param {string} path @param {string} text */
function differs(path, text) {
  if (!existsSync(path)) writeFileSync(path, '');
  const { status } = spawnSync('git', ['diff', '--no-index', '--', path, '-'], {
    input: text,
    stdio: ['pipe', 'inherit', 'inherit'],
  });
  return status !== 0;
}
