import { command } from './infra/command.mjs';

await command(async () => (await import('./start/run.mjs')).runAll(process.argv.slice(2)));
