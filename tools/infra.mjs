import { command } from './infra/command.mjs';

await command(async () => (await import('./infra/foreground.mjs')).runInfrastructure(process.argv.slice(2)));
