import { Controller, type Type } from '@nestjs/common';
import {
  type BeginRedrive,
  DEAD_LETTERS,
  type RedriveRef,
  type RedriveView,
  Rejected,
  type ServiceName,
  type StopRedrive,
} from '#contracts';
import { OnRpc } from '#messaging';
import { Database } from '#persistence';
import { beginRedrive, findRedrive, stopRedrive } from './redrive.store.js';

/** How a service is told to send many of its dead letters back: under its own names, else the same in each. */
export function redriveHandlersOf(service: ServiceName): Type {
  const contracts = DEAD_LETTERS[service];

  @Controller()
  class RedriveHandlers {
    constructor(private readonly database: Database) {}

    @OnRpc(contracts.begin)
    async begin(asked: BeginRedrive): Promise<RedriveView> {
      const known = await findRedrive(this.database, service, asked.id);
      if (known) return known;
      const begun = await this.database.transaction((tx) => beginRedrive(tx, asked));
      if (!begun) throw new Rejected('redrive-in-progress', { service });
      return this.progress(asked);
    }

    @OnRpc(contracts.progress)
    async progress({ id }: RedriveRef): Promise<RedriveView> {
      const redrive = await findRedrive(this.database, service, id);
      if (!redrive) throw new Rejected('redrive-not-found', { id });
      return redrive;
    }

    @OnRpc(contracts.stop)
    async stop({ id, actor }: StopRedrive): Promise<RedriveView> {
      await this.progress({ id });
      await this.database.transaction((tx) => stopRedrive(tx, id, actor));
      return this.progress({ id });
    }
  }
  return RedriveHandlers;
}
