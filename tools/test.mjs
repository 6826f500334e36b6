import { command } from './infra/command.mjs';

await command(async () => (await import('./test/run.mjs')).runTests(process.argv.slice(2)));
