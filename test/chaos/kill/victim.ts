import { setTimeout as pause } from 'node:timers/promises';
import { type CrashPoint } from '#crash-points';
import { type ProcessName, type RunningService } from '#testing';

/** One death: this process, when it comes to this point for the n-th time. */
export interface Cell {
  readonly process: ProcessName;
  readonly point: CrashPoint;
  readonly passing: number;
}

export interface Death extends Cell {
  /** Of performance.now. */
  readonly at: number;
}

export const wordsOf = ({ process, point, passing }: Cell): string => `${process} at ${point}:${passing}`;

const AGAIN_MS = 50;

/** A process that is told where to die, and is started again at once when it has. */
export class Victim {
  /** Resolves when it is back; undefined when it was spared. Rejects when it died of anything else. */
  readonly death: Promise<Death | undefined>;
  private readonly spared = Promise.withResolvers<'spared'>();
  private hasEnded = false;

  private constructor(
    private readonly service: RunningService,
    readonly cell: Cell,
  ) {
    this.death = this.follow(service.log.length);
    // The path may be the first to fail; whoever waits for the death hears of it then.
    this.death.catch(() => undefined);
  }

  static async arm(service: RunningService, cell: Cell): Promise<Victim> {
    const victim = new Victim(service, cell);
    await service.crashAt(`${cell.point}:${cell.passing}`);
    return victim;
  }

  /** It need not die any more, unless it just has. Only one that lives on answers; a busy one does so late. */
  async spare(): Promise<void> {
    while (!this.hasEnded) {
      const isAlive = await this.service.crashAt('wait').then(
        () => true,
        () => false,
      );
      if (isAlive) return this.spared.resolve('spared');
      await pause(AGAIN_MS);
    }
  }

  private async follow(written: number): Promise<Death | undefined> {
    const { service, cell } = this;
    const signal = await Promise.race([service.ended(), this.spared.promise]);
    const at = performance.now();
    if (signal === 'spared') return undefined;
    this.hasEnded = true;
    await service.start();
    const said = service.log
      .slice(written)
      .includes(`crash point ${cell.point}: passing ${cell.passing}, killed`);
    if (signal === 'SIGKILL' && said) return { ...cell, at };
    throw new Error(
      `${wordsOf(cell)}: it ended with ${signal}, and of something else:\n${service.log.slice(-2_000)}`,
    );
  }
}
