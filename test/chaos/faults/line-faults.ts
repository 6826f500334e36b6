import { setTimeout as pause } from 'node:timers/promises';
import { type Toxic } from '../proxy/toxic.js';
import { type TriggerName } from '../proxy/trigger.js';
import { growth, type Happening } from './happening.js';

const BETWEEN_MS = 400;
/** How often a trigger breaks a line while it is set. */
const TIMES = 3;

export const lineFaults = {
  async line_cut({ lines }, { target, forMs }) {
    const line = lines.of(target);
    let cut = line.cut();
    for (const end = Date.now() + forMs; Date.now() < end; cut += line.cut()) await pause(BETWEEN_MS);
    return cut;
  },

  async line_down({ lines }, { target, forMs }) {
    const line = lines.of(target);
    const before = line.broken;
    line.spoil({ kind: 'down' });
    await pause(forMs);
    line.heal();
    return line.broken - before;
  },

  line_slow: spoiling({ kind: 'latency', ms: 200, jitterMs: 150 }),
  line_narrow: spoiling({ kind: 'bandwidth', bytesPerSecond: 20_000 }),
  line_sliced: spoiling({ kind: 'slicer', bytes: 100, pauseMs: 1 }),
  line_silent: spoiling({ kind: 'blackhole' }),

  commit_unanswered: breaking('commit_reply'),
  commit_unsent: breaking('commit_request'),
  confirm_lost: breaking('confirm'),
  confirm_refused: breaking('refusal'),
  cut_after_answer: breaking('answer'),
  ended_with_answer: breaking('last_word'),
} satisfies Record<string, Happening>;

function spoiling(toxic: Toxic): Happening {
  return ({ lines }, { target, forMs }) => {
    const line = lines.of(target);
    const spoilt = () => line.spoilt;
    return growth(spoilt, async () => {
      line.spoil(toxic);
      await pause(forMs);
      line.heal();
    });
  };
}

function breaking(name: TriggerName): Happening {
  return async ({ lines }, { target, forMs }) => {
    const line = lines.of(target);
    const trigger = line.set(name, TIMES);
    await pause(forMs);
    line.heal();
    return trigger.fired;
  };
}
