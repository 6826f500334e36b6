import { type ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { type ImportFormat, listProducts, type ProductList, Rejected } from '#contracts';
import { RpcClient, type Trace } from '#messaging';
import { Shutdown } from '#service';
import { GatewayConfig } from '../config.js';
import { headerOf, rowsOf } from './export-text.js';

const PAGE = 200;
/** Once it has begun there is no status left to say that the service is away: so it is asked again, for so long. */
const RETRY = { pauseMs: 200, mostMs: 30_000 };
/** When the gateway stops: for what is on its way to clients that read. */
const FAREWELL_MS = 2_000;
/** Each takes a connection for as long as its client reads. */
const MAX_EXPORTS = 8;

/** Everything there is, page after page by the last SKU: no more than two pages are in memory. */
@Injectable()
export class ExportClient {
  private readonly stopping = new AbortController();
  private readonly answers = new Set<ServerResponse>();
  private exports = 0;

  constructor(
    private readonly rpc: RpcClient,
    private readonly config: GatewayConfig,
    shutdown: Shutdown,
  ) {
    shutdown.on('http', 'exports', () => this.stop());
  }

  /** Whose client reads no further would keep the gateway from stopping. */
  watch(answer: ServerResponse): void {
    if (this.stopping.signal.aborted) {
      // Its first page came when all others had been told.
      answer.destroy();
      return;
    }
    this.answers.add(answer);
    answer.once('close', () => this.answers.delete(answer));
  }

  /** Refuses before it begins when the service is not there. */
  async open(format: ImportFormat, trace: Trace): Promise<Readable> {
    if (this.exports >= MAX_EXPORTS) {
      throw new Rejected('service-unavailable', { detail: 'Too many exports are under way.', retryAfter: 5 });
    }
    const leave = (): void => void this.exports--;
    this.exports++;
    try {
      const first = await this.page(undefined, trace);
      return Readable.from(this.pieces(format, trace, first)).once('close', leave);
    } catch (error) {
      leave();
      throw error;
    }
  }

  private async stop(): Promise<void> {
    this.stopping.abort(new Rejected('service-unavailable'));
    const deadline = performance.now() + FAREWELL_MS;
    while (this.answers.size > 0 && performance.now() < deadline) await pause(20);
    for (const answer of this.answers) answer.destroy();
  }

  private async *pieces(format: ImportFormat, trace: Trace, first: ProductList): AsyncGenerator<string> {
    let page = first;
    yield headerOf(format) + rowsOf(format, page.data);
    while (page.more) {
      page = await this.patiently(page.data.at(-1)?.sku, trace);
      yield rowsOf(format, page.data);
    }
  }

  private async patiently(after: string | undefined, trace: Trace): Promise<ProductList> {
    const givesUpAt = performance.now() + RETRY.mostMs;
    for (;;) {
      this.stopping.signal.throwIfAborted();
      try {
        return await this.page(after, trace);
      } catch (error) {
        if (!(error instanceof Rejected) || performance.now() > givesUpAt) throw error;
        await pause(RETRY.pauseMs);
      }
    }
  }

  private page(after: string | undefined, trace: Trace): Promise<ProductList> {
    const request = { limit: PAGE, ...(after !== undefined && { after }) };
    return this.rpc.call(listProducts, request, this.config.callOptions(trace));
  }
}
