import { command } from './infra/command.mjs';

await command(async () =>
  (await import('./infra/migrate-command.mjs')).migrateDatabases(process.argv.slice(2)),
);
