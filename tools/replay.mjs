import { command } from './infra/command.mjs';

await command(async () => (await import('./replay/command.mjs')).replay(process.argv.slice(2)));
