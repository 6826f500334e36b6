import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Shutdown, Workers } from '#service';
import { Admission } from './admission.js';
import { LoopGuard } from './loop-guard.js';

const LOOK_MS = 500;
/** Of the timer whose lateness is measured. */
const RESOLUTION_MS = 20;

/** Tells the admission how late the event loop is. */
@Injectable()
export class EventLoopWorker implements OnApplicationBootstrap {
  readonly #guard = new LoopGuard();
  readonly #delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  #lookedAt = performance.now();
  #cpu = process.cpuUsage();

  constructor(
    private readonly admission: Admission,
    private readonly shutdown: Shutdown,
    private readonly workers: Workers,
  ) {}

  onApplicationBootstrap(): void {
    const { shutdown, workers } = this;
    this.#delays.enable();
    workers.every({ name: 'event-loop', intervalMs: LOOK_MS }, async () => this.#look());
    shutdown.on('close', 'event loop', async () => void this.#delays.disable());
  }

  #look(): void {
    const now = performance.now();
    const { user, system } = process.cpuUsage(this.#cpu);
    const cpuShare = (user + system) / 1e3 / (now - this.#lookedAt);
    // What it measures is the time between two timers.
    const p99Ms = Math.max(0, this.#delays.percentile(99) / 1e6 - RESOLUTION_MS);
    this.#lookedAt = now;
    this.#cpu = process.cpuUsage();
    this.#delays.reset();
    this.admission.delayMs = this.#guard.delayOf({ p99Ms, cpuShare });
  }
}
