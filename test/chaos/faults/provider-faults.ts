import { setTimeout as pause } from 'node:timers/promises';
import { type ServiceName } from '#contracts';
import { type Fault as Plan } from '../../../apps/payment/src/sandbox/faults.js';
import { growth, type Happening } from './happening.js';

/** More calls than there are while it lasts. */
const ALL = 100_000;
/** Longer than the payment service waits, but not than the provider may still act. */
const SLOW_MS = 1_500;
const LATE_MS = 2_500;
const COPIES = 3;
/** Beyond every hold and every saga. */
const AHEAD_MS = 600_000;
const PATIENCE_MS = 30_000;
const ADVANCE = `
  insert into test_clock (ahead_ms) values ($1)
  on conflict (is_only) do update set ahead_ms = test_clock.ahead_ms + $1`;

export const providerFaults = {
  provider_fails_before: planning({ kind: 'fail_before' }),
  provider_fails_after: planning({ kind: 'fail_after' }),
  provider_silent: planning({ kind: 'silent_after', ms: SLOW_MS }),
  provider_slow: planning({ kind: 'latency', ms: SLOW_MS }),

  async provider_killed({ oracle }, { forMs }) {
    await oracle.sandbox.kill();
    await pause(forMs);
    await oracle.sandbox.restart();
    return 1;
  },

  webhooks_late: ({ webhooks }, { forMs }) =>
    growth(
      () => webhooks.bent,
      async () => {
        webhooks.delayMs = LATE_MS;
        await pause(forMs);
        webhooks.delayMs = 0;
      },
    ),
  webhooks_repeated: ({ webhooks }, { forMs }) =>
    growth(
      () => webhooks.bent,
      async () => {
        webhooks.copies = COPIES;
        await pause(forMs);
        webhooks.copies = 1;
      },
    ),

  /** One service is ahead of the others. It never goes back. */
  async clock_ahead({ books }, { target }) {
    for (const deadline = Date.now() + PATIENCE_MS; ; await pause(250)) {
      const moved = await books
        .rows(target as ServiceName, ADVANCE, [AHEAD_MS])
        .catch((error: unknown) => error);
      if (!(moved instanceof Error)) return 1;
      if (Date.now() > deadline) throw moved;
    }
  },
} satisfies Record<string, Happening>;

/** Noticed as an outcome that nobody knows. */
function planning(plan: Plan): Happening {
  return (rig, { forMs }) =>
    growth(
      () => rig.counted('waybill_provider_calls_total', { outcome: 'unknown' }),
      async () => {
        await rig.oracle.plan({ ...plan, times: ALL });
        await pause(forMs);
        await rig.oracle.forget();
      },
    );
}
