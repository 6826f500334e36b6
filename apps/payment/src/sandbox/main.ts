import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { loadConfig } from '#service';
import { SandboxConfig } from './config.js';
import { sandboxHttp } from './http.js';
import { SandboxProvider } from './provider-server.js';

const { port, ledgerFile } = loadConfig(SandboxConfig);
await mkdir(dirname(ledgerFile), { recursive: true });
const app = sandboxHttp(await SandboxProvider.open(ledgerFile));
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => void app.close().then(() => process.exit(0)));
}
process.stdout.write(`sandbox ready on ${await app.listen({ host: '127.0.0.1', port })}\n`);
