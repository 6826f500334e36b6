import { command } from './infra/command.mjs';

await command(async () => (await import('./verify/command.mjs')).verify(process.argv.slice(2)));
