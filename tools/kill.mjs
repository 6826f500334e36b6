import { command } from './infra/command.mjs';

await command(async () => (await import('./kill/command.mjs')).kill(process.argv.slice(2)));
