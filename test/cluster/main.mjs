// `npm run cluster` breaks a cluster of three brokers under load, and restarts two of every process behind HAProxy.
import { command } from '../../tools/infra/command.mjs';

await command(async () => (await import('./run.mjs')).runCluster(process.argv.slice(2)));
