import { type Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import {
  finishImport,
  type ImportFormat,
  type ImportLine,
  type ImportView,
  importChunk,
  Rejected,
  startImport,
} from '#contracts';
import { crash } from '#crash-points';
import { RpcClient, type Trace } from '#messaging';
import { Shutdown } from '#service';
import { GatewayConfig } from '../config.js';
import { type Chunk, Chunks } from './chunks.js';
import { Records } from './records.js';

type NumberedChunk = Chunk & { readonly importId: string };

export interface Upload {
  readonly body: Readable;
  readonly format: ImportFormat;
  /** Of the Idempotency-Key, its caller and the route. */
  readonly key: string;
  readonly trace: Trace;
}

export interface Imported {
  readonly view: ImportView;
  /** All of it had been applied before. */
  readonly replayed: boolean;
}

const AGAIN = { detail: 'Send it again with the same Idempotency-Key: it goes on where it stopped.' };
/** Chunks under way at a time: so many wait in memory, and while they do no more of the body is read. */
const WINDOW = 4;
const CHUNK_TIMEOUT_MS = 10_000;
/** Beginning, chunk and end change nothing when they come twice, so each is sent again until the service is back. */
const RETRY = { pauseMs: 50, mostMs: 30_000 };
/** Uploads at a time: each takes a connection and some memory for as long as it lasts. */
const MAX_UPLOADS = 8;
/** All in all: some ten times the largest import that was measured. */
const MAX_BYTES = 2 * 1_024 ** 3;

/** Hands an upload on to the stock service, chunk by chunk, as fast as that applies them. */
@Injectable()
export class ImportClient {
  /** Its reason is what clients are told. */
  private readonly stopping = new AbortController();
  private uploads = 0;

  constructor(
    private readonly rpc: RpcClient,
    private readonly config: GatewayConfig,
    shutdown: Shutdown,
  ) {
    const stop = (): void => this.stopping.abort(new Rejected('service-unavailable', AGAIN));
    shutdown.on('http', 'uploads', async () => stop());
  }

  async run(upload: Upload): Promise<Imported> {
    if (this.uploads >= MAX_UPLOADS) {
      throw new Rejected('service-unavailable', { detail: 'Too many imports are under way.', retryAfter: 5 });
    }
    this.uploads++;
    try {
      return await this.import(upload);
    } finally {
      this.uploads--;
    }
  }

  private async import(upload: Upload): Promise<Imported> {
    const rows = rowsOf(upload, { idleMs: this.config.uploadIdleMs, stop: this.stopping.signal });
    const header = upload.format === 'csv' ? await firstLine(rows) : '';
    const { key, format, trace } = upload;
    const [stop, options] = [this.stopping.signal, this.config.callOptions(trace)];
    const started = await insist(stop, () => this.rpc.call(startImport, { key, format, header }, options));
    const importId = started.import.id;
    const chunks = await this.sendAll(importId, rows, trace);
    const view = await insist(stop, () => this.rpc.call(finishImport, { importId, chunks }, options));
    return { view, replayed: started.import.status === 'finished' };
  }

  /** Returns how many chunks there were. */
  private async sendAll(importId: string, rows: AsyncIterable<ImportLine>, trace: Trace): Promise<number> {
    const failed = new AbortController();
    const until = AbortSignal.any([this.stopping.signal, failed.signal]);
    const chunks = new Chunks();
    const underWay: Promise<void>[] = [];
    const send = async (chunk: Chunk): Promise<void> => {
      const sent = this.send({ importId, ...chunk }, trace, until);
      // Awaited below, in turn; a failure before that must not end the process.
      sent.catch((error: unknown) => failed.abort(error));
      underWay.push(sent);
      if (underWay.length === WINDOW) await underWay.shift();
    };
    try {
      for await (const row of rows) {
        const chunk = chunks.add(row);
        if (chunk) await send(chunk);
      }
      const last = chunks.close();
      if (last) await send(last);
      await Promise.all(underWay);
      return chunks.count;
    } catch (error) {
      failed.abort(error);
      throw error;
    }
  }

  /** Until it is applied. One that overtook the chunk before it, at another replica, is sent again as well. */
  private send(chunk: NumberedChunk, trace: Trace, until: AbortSignal): Promise<void> {
    return insist(until, async () => {
      until.throwIfAborted();
      const { chunks } = await this.rpc.call(importChunk, chunk, { trace, timeoutMs: CHUNK_TIMEOUT_MS });
      crash?.('import.chunk-applied');
      if (chunks <= chunk.chunk) throw new Rejected('service-unavailable', AGAIN);
    });
  }
}

/** Asks again until the service is back; throws at once what another try would not change. */
async function insist<A>(until: AbortSignal, ask: () => Promise<A>): Promise<A> {
  const givesUpAt = performance.now() + RETRY.mostMs;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof Rejected)) throw error;
      if (error.code !== 'service-unavailable' && error.code !== 'outcome-unknown') throw error;
      until.throwIfAborted();
      if (performance.now() > givesUpAt) throw new Rejected('service-unavailable', AGAIN);
      await pause(RETRY.pauseMs);
    }
  }
}

interface Limits {
  /** Without a byte. */
  readonly idleMs: number;
  readonly stop: AbortSignal;
}

/** Rows as the bytes come in; the body is not read faster than they are taken. */
async function* rowsOf({ body, format }: Upload, limits: Limits): AsyncGenerator<ImportLine> {
  const records = new Records(format === 'csv');
  // Left open, so that whoever sends it can still be answered.
  const iterator: AsyncIterator<Buffer, undefined> = body.iterator({ destroyOnReturn: false });
  let bytes = 0;
  for (;;) {
    const next = await within(limits, iterator);
    if (next.done) break;
    bytes += next.value.length;
    if (bytes > MAX_BYTES) throw new Rejected('payload-too-large', { detail: `At most ${MAX_BYTES} bytes.` });
    yield* records.push(next.value);
  }
  yield* records.end();
}

async function within(
  { idleMs, stop }: Limits,
  iterator: AsyncIterator<Buffer, undefined>,
): Promise<IteratorResult<Buffer, undefined>> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Rejected('request-timeout', AGAIN)), idleMs);
  const stopped = (): void => reject(stop.reason);
  stop.addEventListener('abort', stopped);
  try {
    stop.throwIfAborted();
    // A body that breaks off: nobody is there any more to be told.
    const next = iterator.next().catch(() => {
      throw new Rejected('malformed-request', { detail: 'The body broke off.' });
    });
    return await Promise.race([next, promise]);
  } finally {
    clearTimeout(timer);
    stop.removeEventListener('abort', stopped);
  }
}

/** The first row of CSV names the columns. The rest stays in the generator. */
async function firstLine(rows: AsyncGenerator<ImportLine>): Promise<string> {
  const first = await rows.next();
  if (first.value?.text !== undefined) return first.value.text;
  const detail = first.value?.fault ?? 'must name the columns in its first line, sku among them';
  throw new Rejected('validation-failed', { errors: [{ pointer: '', detail }] });
}
