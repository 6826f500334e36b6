import { Injectable } from '@nestjs/common';
import {
  DEAD_LETTERS,
  type DeadLetterGroup,
  type DeadLetterList,
  type DeadLetterSummary,
  type ListDeadLetters,
  type ServiceName,
} from '#contracts';
import { RpcClient, type Trace } from '#messaging';
import { GatewayConfig } from '../config.js';

const SERVICES = Object.keys(DEAD_LETTERS) as ServiceName[];

/** One list of what the services keep each for themselves. */
@Injectable()
export class DeadLettersClient {
  constructor(
    private readonly rpc: RpcClient,
    private readonly config: GatewayConfig,
  ) {}

  /** Latest first, over all services unless told. */
  async list(
    service: ServiceName | undefined,
    asked: ListDeadLetters,
    trace: Trace,
  ): Promise<Required<DeadLetterList>> {
    const { limit } = asked;
    const options = this.config.callOptions(trace);
    const pages = await Promise.all(
      this.of(service).map((one) => this.rpc.call(DEAD_LETTERS[one].list, asked, options)),
    );
    const latestFirst = (a: DeadLetterSummary, b: DeadLetterSummary): number =>
      positionOf(a) < positionOf(b) ? 1 : -1;
    const found = pages.flatMap(({ data }) => data).sort(latestFirst);
    // A service that does not say may have more when its page is full.
    const more = found.length > limit || pages.some((page) => page.more ?? page.data.length === limit);
    return { data: found.slice(0, limit), more };
  }

  /** Largest first, so many of each service at most. */
  async groups(service: ServiceName | undefined, limit: number, trace: Trace): Promise<DeadLetterGroup[]> {
    const options = this.config.callOptions(trace);
    const lists = await Promise.all(
      this.of(service).map((one) => this.rpc.call(DEAD_LETTERS[one].groups, { limit }, options)),
    );
    return lists.flatMap(({ data }) => data).sort((a, b) => b.count - a.count);
  }

  private of(service: ServiceName | undefined): readonly ServiceName[] {
    return service ? [service] : SERVICES;
  }
}

/** Where a page that ends with this letter is continued; the same in every service. */
export function positionOf({ failedAt, id }: DeadLetterSummary): string {
  return `${failedAt} ${id}`;
}
