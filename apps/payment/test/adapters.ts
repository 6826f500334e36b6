import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HttpProvider } from '../src/http-provider.client.js';
import { type Provider, type ProviderLedger } from '../src/provider.js';
import { sandboxHttp } from '../src/sandbox/http.js';
import { InProcessSandbox } from '../src/sandbox/in-process.client.js';
import { LedgerFile } from '../src/sandbox/ledger-file.client.js';
import { SandboxProvider } from '../src/sandbox/provider-server.js';
import { StripeProvider } from '../src/stripe/stripe.client.js';
import { StripeStandIn } from './stripe/stand-in.js';

export interface Adapter {
  readonly provider: Provider & ProviderLedger;
  readonly close: () => Promise<unknown>;
}

export interface AdapterOption {
  readonly name: string;
  /** The sandbox in the process answers from the call alone: it cannot compare it with earlier ones. */
  readonly keepsBooks: boolean;
  readonly open: () => Promise<Adapter>;
}

const TIMEOUT_MS = 500;
/** Nobody is asked for anything here. */
const STEPS = { publicUrl: 'http://127.0.0.1', actionMs: 60_000, authorizationMs: 604_800_000 };

/** Everybody who can move money, and the same for all of them: test tokens and a ledger of its own. */
export const adapters: readonly AdapterOption[] = [
  {
    name: 'the sandbox in the process',
    keepsBooks: false,
    open: async () => {
      const folder = await mkdtemp(join(tmpdir(), 'waybill-port-'));
      const file = await LedgerFile.open(join(folder, 'ledger.jsonl'));
      const close = async () => {
        await file.close();
        await rm(folder, { recursive: true });
      };
      return { provider: new InProcessSandbox({ ledger: file }), close };
    },
  },
  {
    name: 'the sandbox over HTTP',
    keepsBooks: true,
    open: async () => {
      const folder = await mkdtemp(join(tmpdir(), 'waybill-port-'));
      const app = sandboxHttp(await SandboxProvider.open(join(folder, 'ledger.jsonl'), STEPS));
      const url = await app.listen({ host: '127.0.0.1', port: 0 });
      const close = async () => {
        await app.close();
        await rm(folder, { recursive: true });
      };
      return { provider: new HttpProvider(url), close };
    },
  },
  {
    name: 'Stripe, by its stand-in',
    keepsBooks: true,
    open: async () => {
      const standIn = await StripeStandIn.start();
      return { provider: stripeAt(standIn), close: () => standIn.close() };
    },
  },
];

export function stripeAt({ url: baseUrl, secretKey }: StripeStandIn): StripeProvider {
  return StripeProvider.open({ secretKey, baseUrl, timeoutMs: TIMEOUT_MS });
}
