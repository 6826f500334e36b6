import { once } from 'node:events';
import { type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { type Toxic } from './toxic.js';

/** More than that is left to the sender's own buffers. */
const MOST_BYTES = 1_000_000;
const POLL_MS = 20;

interface Piece {
  readonly bytes: Buffer;
  readonly at: number;
}

interface Line {
  /** What is wrong with it now. */
  readonly toxic: Toxic | undefined;
  readonly random: () => number;
  spoilt: number;
}

/** One direction of a connection: what goes in comes out in order, as soon as the line lets it. */
export class Flow {
  private readonly queue: Piece[] = [];
  private queued = 0;
  private pumping: Promise<void> | undefined;

  constructor(
    private readonly from: Socket,
    private readonly to: Socket,
    private readonly line: Line,
  ) {}

  push(bytes: Buffer): void {
    if (bytes.length === 0) return;
    this.queue.push({ bytes, at: performance.now() });
    this.queued += bytes.length;
    if (this.queued > MOST_BYTES) this.from.pause();
    this.pumping ??= this.pump().finally(() => {
      this.pumping = undefined;
    });
  }

  /** Resolves when all that was pushed is out, or nobody is there any more to take it. */
  async drained(): Promise<void> {
    while (this.pumping) await this.pumping;
  }

  private async pump(): Promise<void> {
    for (let piece = this.queue.shift(); piece; piece = this.queue.shift()) {
      await this.carry(piece);
      this.queued -= piece.bytes.length;
      if (this.queued <= MOST_BYTES && this.from.isPaused()) this.from.resume();
    }
  }

  private async carry({ bytes, at }: Piece): Promise<void> {
    if (this.line.toxic) this.line.spoilt++;
    while (this.line.toxic?.kind === 'blackhole' && !this.to.destroyed) await pause(POLL_MS);
    const { toxic } = this.line;
    if (toxic?.kind === 'latency') {
      const dueAt = at + toxic.ms + (2 * this.line.random() - 1) * toxic.jitterMs;
      await pause(Math.max(0, dueAt - performance.now()));
    }
    if (toxic?.kind === 'bandwidth') await pause((bytes.length / toxic.bytesPerSecond) * 1_000);
    if (toxic?.kind !== 'slicer') return this.write(bytes);
    for (let i = 0; i < bytes.length; i += toxic.bytes) {
      await this.write(bytes.subarray(i, i + toxic.bytes));
      if (this.line.toxic === toxic) await pause(toxic.pauseMs);
    }
  }

  private async write(bytes: Buffer): Promise<void> {
    if (this.to.destroyed || this.to.write(bytes)) return;
    await Promise.race([once(this.to, 'drain'), once(this.to, 'close')]).catch(() => undefined);
  }
}
