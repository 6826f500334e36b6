// `npm run reconcile` compares our ledger with the provider's own; `-- --help` says how.
import { existsSync } from 'node:fs';

const MAIN = new URL('../dist/apps/payment/src/reconcile/main.js', import.meta.url);
if (existsSync(MAIN)) {
  await import(MAIN.href);
} else {
  console.error('The services are not built: run "npm run build" first.');
  process.exitCode = 2;
}
