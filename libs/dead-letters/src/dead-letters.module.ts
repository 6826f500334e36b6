import { setTimeout as pause } from 'node:timers/promises';
import { type DynamicModule, Inject, Module, type OnApplicationBootstrap } from '@nestjs/common';
import { type ServiceName } from '#contracts';
import { crash } from '#crash-points';
import { Connection, deadQueue } from '#messaging';
import { Database, OutboxRelay } from '#persistence';
import { Logger, Shutdown, Workers } from '#service';
import { letterHandlersOf } from './dead-letter.handlers.js';
import { keepLetter } from './letters.store.js';
import { redriveHandlersOf } from './redrive.handlers.js';
import { redriveSome } from './redrive.worker.js';

const SERVICE = Symbol('the service whose dead letters these are');
const SECOND = 1_000;
const DRAIN_MS = 2_000;

/** Moves the dead letters of a service into its database, lists them, and sends them back when somebody says so. */
@Module({})
export class DeadLettersModule implements OnApplicationBootstrap {
  static of(service: ServiceName): DynamicModule {
    return {
      module: DeadLettersModule,
      controllers: [letterHandlersOf(service), redriveHandlersOf(service)],
      providers: [{ provide: SERVICE, useValue: service }],
    };
  }

  @Inject() private readonly workers: Workers;

  constructor(
    @Inject(SERVICE) private readonly service: ServiceName,
    private readonly connection: Connection,
    private readonly database: Database,
    private readonly relay: OutboxRelay,
    private readonly logger: Logger,
    private readonly shutdown: Shutdown,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const { shutdown } = this;
    const queue = deadQueue(this.connection, this.service, (letter) =>
      this.patiently(() => keepLetter(this.database, letter)),
    );
    await queue.start();
    shutdown.on('consume', 'dead letters', () => queue.pause());
    // One that cannot be kept now stays in its queue: it comes again, and keeping it twice is keeping it once.
    shutdown.on('drain', 'dead letters', () => Promise.race([queue.drain(), pause(DRAIN_MS)]));
    const redrive = { name: 'redrive', intervalMs: SECOND };
    this.workers.every(redrive, () => redriveSome(this.database, this.relay));
  }

  /** Without its database a service cannot keep them: they stay in their queue, in hand, until it is back. */
  private async patiently(keep: () => Promise<void>): Promise<void> {
    for (;;) {
      try {
        await keep();
        crash?.('dead-letters.kept');
        return;
      } catch (error) {
        if (this.shutdown.begun) throw error;
        this.logger.warn({ err: error }, 'a dead letter could not be kept yet; it is tried again');
        await pause(SECOND);
      }
    }
  }
}
