import { setTimeout as pause } from 'node:timers/promises';
import { controlServer } from '#testing';
import { limitDisk, limitMemory } from '../../../libs/messaging/test/broker-tool.js';
import { type Rig } from '../rig.js';
import { during, growth, type Happening } from './happening.js';
import { pidOf } from './servers.js';

/** What the broker is started with. */
const USUAL = { memory: 0.4, disk: '50MB' };

export const brokerFaults = {
  broker_restarted: (rig) => growth(ended(rig), () => controlServer('broker', 'restart')),
  broker_killed: (rig) => growth(ended(rig), () => controlServer('broker', 'kill')),

  /** Neither alive nor dead: heartbeats and deadlines have to tell. */
  broker_stopped: async (rig, { forMs }) => {
    const pid = pidOf('broker');
    const before = await refusals(rig);
    process.kill(pid, 'SIGSTOP');
    await during(forMs, () => process.kill(pid, 'SIGCONT'));
    return Math.max(0, (await refusals(rig)) - before);
  },

  broker_out_of_memory: (rig, { forMs }) =>
    whileBlocked(rig, forMs, { block: () => limitMemory(0.0001), free: () => limitMemory(USUAL.memory) }),
  broker_out_of_disk: (rig, { forMs }) =>
    whileBlocked(rig, forMs, { block: () => limitDisk('9999GB'), free: () => limitDisk(USUAL.disk) }),
} satisfies Record<string, Happening>;

const ended = (rig: Rig) => () => rig.lines.to('broker').reduce((sum, line) => sum + line.ended, 0);

/** Calls and publishes that did not come through. */
async function refusals(rig: Rig): Promise<number> {
  return (
    (await rig.counted('waybill_rpc_timeouts_total')) + (await rig.counted('waybill_publish_failures_total'))
  );
}

/** Noticed by whoever was told that the broker takes nothing. */
async function whileBlocked(
  rig: Rig,
  forMs: number,
  alarm: { readonly block: () => Promise<void>; readonly free: () => Promise<void> },
): Promise<number> {
  try {
    await alarm.block();
    await pause(forMs);
    return await rig.counted('waybill_broker_blocked');
  } finally {
    await alarm.free();
  }
}
