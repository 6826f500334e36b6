import { setTimeout as pause } from 'node:timers/promises';
import { type Answer } from '../../e2e/client.js';

const PATIENCE_MS = 120_000;
const PAUSE_MS = 100;
/** What the network says of a gateway that has died. One that says nothing at all runs into the client's own deadline. */
const GONE = /^(ECONN\w+|UND_ERR_SOCKET|EPIPE)$/;

/** As a client should: again, with the same key, as long as nobody can say what came of it. */
export function persist<T>(ask: () => Promise<Answer<T>>): Promise<Answer<T>> {
  return until('an answer', async () => {
    const answer = await ask().catch(gone);
    return answer && answer.status !== 503 && answer.status !== 504 && answer;
  });
}

/** Asks until there is something; the wait has a deadline. */
export async function until<T>(what: string, look: () => Promise<T | undefined | false>): Promise<T> {
  for (const deadline = Date.now() + PATIENCE_MS; ; await pause(PAUSE_MS)) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > deadline) throw new Error(`not within ${PATIENCE_MS} ms: ${what}`);
  }
}

function gone(error: Error & { readonly cause?: { readonly code?: string } }): undefined {
  if (!GONE.test(error.cause?.code ?? '') && error.name !== 'TimeoutError') throw error;
}
