import {
  type Answer,
  type Found,
  type Movement,
  type Period,
  type Provider,
  type ProviderCall,
  type ProviderLedger,
} from './provider.js';
import { type Entry, movementsIn } from './sandbox/ledger-file.client.js';

const LEDGER_TIMEOUT_MS = 60_000;

/** Ids and codes as we are ready to store them. */
const TOKEN = /^[\w.:-]{1,100}$/;

/** A provider behind HTTP: the stand-alone sandbox. Everything but a clear answer is thrown, which means "unknown". */
export class HttpProvider implements Provider, ProviderLedger {
  constructor(private readonly url: string) {}

  async perform({ key, ...call }: ProviderCall, signal: AbortSignal): Promise<Answer> {
    const found = await this.ask('operations', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': key },
      body: JSON.stringify(call),
      signal,
    });
    if (found.outcome === 'absent') throw new Error('404 to a call');
    return found;
  }

  get({ key }: ProviderCall, signal: AbortSignal): Promise<Found> {
    return this.ask(`operations/${encodeURIComponent(key)}`, { signal });
  }

  async movements(period: Period, signal: AbortSignal): Promise<Movement[]> {
    const either = AbortSignal.any([signal, AbortSignal.timeout(LEDGER_TIMEOUT_MS)]);
    const response = await fetch(new URL('ledger', this.url), { signal: either });
    if (!response.ok) throw new Error(`answered ${response.status}`);
    const { data } = (await response.json()) as { readonly data: readonly Entry[] };
    return movementsIn(data, period);
  }

  private async ask(path: string, init: RequestInit): Promise<Found> {
    const response = await fetch(new URL(path, this.url), init);
    const body: unknown = await response.json();
    if (response.status !== 200 && response.status !== 404) throw new Error(`answered ${response.status}`);
    return foundIn(body);
  }
}

/** What the provider says is checked like any input: a page of a proxy must not pass for an answer. */
function foundIn(body: unknown): Found {
  const { outcome, chargeId, amount, currency, code, url, expiresAt } = (body ?? {}) as Record<
    string,
    unknown
  >;
  if (outcome === 'absent' || outcome === 'expired') return { outcome };
  if (outcome === 'declined' && isToken(code)) return { outcome, code };
  if (outcome === 'ok' && isToken(chargeId) && isToken(currency) && Number.isSafeInteger(amount)) {
    const until = isTime(expiresAt) ? { expiresAt } : {};
    return { outcome, chargeId, amount: amount as number, currency, ...until };
  }
  if (outcome === 'action' && isToken(chargeId) && isPage(url) && isTime(expiresAt)) {
    return { outcome, chargeId, url, expiresAt };
  }
  throw new Error('answered with something else than an answer');
}

/** A page that a customer can be sent to. */
function isPage(value: unknown): value is string {
  return typeof value === 'string' && value.length <= 2_000 && /^https?:\/\/[\x21-\x7e]+$/.test(value);
}

function isTime(value: unknown): value is string {
  return typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(value);
}

function isToken(value: unknown): value is string {
  return typeof value === 'string' && TOKEN.test(value);
}
