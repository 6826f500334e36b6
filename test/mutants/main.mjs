import { command } from '../../tools/infra/command.mjs';

await command(async () => (await import('./run.mjs')).runMutants(process.argv.slice(2)));
