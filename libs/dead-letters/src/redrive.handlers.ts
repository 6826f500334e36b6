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
import { Database, type Queryable } from '#persistence';
import { beginRedrive, findRedrive, stopRedrive } from './redrive.store.js';

/** How a service is told to send many of its dead letters back: under its own names, else the same in each. */
export function redriveHandlersOf(service: ServiceName): Type {
  const contracts = DEAD_LETTERS[service];

  @Controller()
  class RedriveHandlers {
    constructor(private readonly database: Database) {}

    /** Answered with what its transaction reads, as everything that changes something here. */
    @OnRpc(contracts.begin)
    begin(asked: BeginRedrive): Promise<RedriveView> {
      return this.database.transaction(async (tx) => {
        const known = await findRedrive(tx, service, asked.id);
        if (known) return known;
        if (!(await beginRedrive(tx, asked))) throw new Rejected('redrive-in-progress', { service });
        return this.viewOf(tx, asked.id);
      });
    }

    @OnRpc(contracts.progress)
    progress({ id }: RedriveRef): Promise<RedriveView> {
      return this.viewOf(this.database, id);
    }

    @OnRpc(contracts.stop)
    stop({ id, actor }: StopRedrive): Promise<RedriveView> {
      return this.database.transaction(async (tx) => {
        await stopRedrive(tx, id, actor);
        return this.viewOf(tx, id);
      });
    }

    private async viewOf(db: Queryable, id: string): Promise<RedriveView> {
      const redrive = await findRedrive(db, service, id);
      if (!redrive) throw new Rejected('redrive-not-found', { id });
      return redrive;
    }
  }
  return RedriveHandlers;
}
