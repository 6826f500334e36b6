import { setTimeout as pause } from 'node:timers/promises';
import { FAULTS } from './faults/all.js';
import { type Rig } from './rig.js';
import { type Fault, heldBy, inSeconds } from './schedule.js';

export type Happened = Fault & { readonly noticed: number };

/** Carries out the faults of a schedule, each in its time. */
export class Breaking {
  constructor(
    private readonly rig: Rig,
    private readonly say: (line: string) => void,
    /** What could not be broken, or did not heal. */
    private readonly troubles: string[],
  ) {}

  /** Resolves when everything has healed. */
  all(faults: readonly Fault[]): Promise<Happened[]> {
    const healed: Promise<Happened>[] = [];
    for (const fault of faults) {
      const before = healed.filter((_, i) => shares(faults[i] as Fault, fault));
      healed.push(this.one(fault, before));
    }
    return Promise.all(healed);
  }

  /** A server that starts slowly puts off what is to happen to it next. */
  private async one(fault: Fault, before: readonly Promise<Happened>[]): Promise<Happened> {
    const { kind, target, atMs } = fault;
    await pause(atMs);
    await Promise.all(before);
    const begun = Date.now();
    const noticed = await FAULTS[kind](this.rig, fault).catch((error: unknown) => {
      this.troubles.push(`${kind} ${target}: ${String(error)}`);
      return 0;
    });
    const took = inSeconds(Date.now() - begun).trim();
    this.say(`  ${inSeconds(atMs)}  ${kind} ${target}: healed after ${took}, noticed ${noticed} ×`);
    return { ...fault, noticed };
  }
}

function shares(one: Fault, other: Fault): boolean {
  const held = heldBy(one);
  return heldBy(other).some((thing) => held.includes(thing));
}
