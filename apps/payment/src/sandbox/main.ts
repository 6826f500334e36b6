import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { loadConfig } from '#service';
import { SandboxConfig } from './config.js';
import { sandboxHttp } from './http.js';
import { SandboxProvider } from './provider-server.js';
import { WebhookSender } from './webhook-sender.client.js';

const config = loadConfig(SandboxConfig);
const { port, ledgerFile, publicUrl, webhookUrl: url, webhookSecret: secret } = config;
await mkdir(dirname(ledgerFile), { recursive: true });
const provider = await SandboxProvider.open(ledgerFile, {
  publicUrl: publicUrl ?? '',
  actionMs: config.actionSeconds * 1_000,
  authorizationMs: config.authorizationSeconds * 1_000,
  webhooks: url && secret ? new WebhookSender({ url, secret }) : undefined,
});
const app = sandboxHttp(provider);
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => void app.close().then(() => process.exit(0)));
}
const address = await app.listen({ host: '127.0.0.1', port });
provider.open(publicUrl ?? address);
process.stdout.write(`sandbox ready on ${address}\n`);
