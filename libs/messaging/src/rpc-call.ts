import { type Rpc } from '#contracts';
import { type Pass } from './breaker.js';
import { type Trace } from './delivery.js';
import { childOf, type Member } from './envelope.js';

export interface CallOptions {
  readonly trace: Trace;
  /** Then the caller is told that the outcome is unknown; who has not begun by then does not begin any more. */
  readonly timeoutMs: number;
}

/** A question under way. */
export interface Call {
  readonly contract: Rpc;
  readonly data: object;
  readonly trace: Trace;
  /** Of the one service that is asked. */
  readonly token: string | undefined;
  /** Of performance.now, as is the next one. */
  readonly begunAt: number;
  readonly expiresAt: number;
  /** Undefined of a call that its breaker is not told of. */
  readonly pass: Pass | undefined;
  readonly deadline: number;
  readonly resolve: (answer: object) => void;
  readonly reject: (error: Error) => void;
}

export function memberOf({ contract, data, trace, deadline }: Call, id: string): Member {
  const { traceparent, requestId } = trace;
  return {
    id,
    type: contract.name,
    causationId: null,
    requestId,
    traceparent: childOf(traceparent),
    attempt: 1,
    deadline,
    data,
  };
}
