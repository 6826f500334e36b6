import { command } from './infra/command.mjs';

await command(async () => (await import('./broker-users/command.mjs')).brokerUsers(process.argv.slice(2)));
