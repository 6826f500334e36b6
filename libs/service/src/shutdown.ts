import { setTimeout as pause } from 'node:timers/promises';
import { type Logger } from './logger.js';

/** The order in which a process lets go; see docs/architecture.md. Steps of one phase run together. */
export const PHASES = ['http', 'consume', 'drain', 'flush', 'close'] as const;
export type ShutdownPhase = (typeof PHASES)[number];

/** Longer than everything that a phase may take; then the process ends anyway. */
const WATCHDOG_MS = 25_000;

/** Who must be stopped, and when. */
export class Shutdown {
  private readonly steps: {
    readonly phase: ShutdownPhase;
    readonly name: string;
    readonly stop: () => Promise<unknown>;
  }[] = [];
  private stopping: Promise<void> | undefined;

  /** `delayMs`: how long everything goes on, and only readiness is off, before the first phase. */
  constructor(
    private readonly logger: Logger,
    private readonly delayMs = 0,
  ) {}

  /** True from the first moment on: readiness is off. */
  get begun(): boolean {
    return this.stopping !== undefined;
  }

  on(phase: ShutdownPhase, name: string, stop: () => Promise<unknown>): void {
    this.steps.push({ phase, name, stop });
  }

  /** Runs once, however often it is asked for. A step that fails is logged and the others go on. */
  run(): Promise<void> {
    this.stopping ??= this.runPhases();
    return this.stopping;
  }

  /** SIGTERM and SIGINT end the process in order; what nobody can handle ends it at once. */
  handleSignals(exit: (code: number) => void): void {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.once(signal, () => {
        this.logger.info({ signal }, 'stopping');
        setTimeout(() => exit(1), this.delayMs + WATCHDOG_MS).unref();
        void this.run().then(() => exit(0));
      });
    }
    for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
      process.on(event, (error: unknown) => {
        this.logger.fatal({ err: error }, `${event}: the process ends, so that nothing limps on`);
        exit(1);
      });
    }
  }

  private async runPhases(): Promise<void> {
    if (this.delayMs > 0) await pause(this.delayMs);
    for (const phase of PHASES) {
      const steps = this.steps.filter((step) => step.phase === phase);
      await Promise.all(
        steps.map(async ({ name, stop }) => {
          try {
            await stop();
          } catch (error) {
            this.logger.error({ err: error, phase, step: name }, 'a step of the shutdown failed');
          }
        }),
      );
    }
    this.logger.info({}, 'stopped');
  }
}
