import { Controller, type Type } from '@nestjs/common';
import {
  DEAD_LETTERS,
  type DeadLetterGroups,
  type DeadLetterList,
  type DeadLetterRef,
  type DeadLetterView,
  type DiscardLetter,
  type ListDeadLetterGroups,
  type ListDeadLetters,
  type RedriveLetter,
  Rejected,
  type ServiceName,
} from '#contracts';
import { OnRpc } from '#messaging';
import { Database, OutboxRelay, type Queryable } from '#persistence';
import {
  actionsOn,
  discardLetter,
  findLetter,
  groupLetters,
  HOPELESS,
  listLetters,
  redriveLetters,
  summaryOf,
} from './letters.store.js';

/** What a service answers about its dead letters: under its own names, else the same in each. */
export function letterHandlersOf(service: ServiceName): Type {
  const contracts = DEAD_LETTERS[service];

  @Controller()
  class DeadLetterHandlers {
    constructor(
      private readonly database: Database,
      private readonly relay: OutboxRelay,
    ) {}

    @OnRpc(contracts.list)
    async list(asked: ListDeadLetters): Promise<DeadLetterList> {
      const rows = await listLetters(this.database, asked);
      const data = rows.slice(0, asked.limit).map((row) => summaryOf(service, row));
      return { data, more: rows.length > asked.limit };
    }

    @OnRpc(contracts.groups)
    async groups({ limit }: ListDeadLetterGroups): Promise<DeadLetterGroups> {
      return { data: (await groupLetters(this.database, limit)).map((group) => ({ ...group, service })) };
    }

    @OnRpc(contracts.get)
    get({ id }: DeadLetterRef): Promise<DeadLetterView> {
      return viewOf(this.database, service, id);
    }

    /** Answered with what its transaction reads: after the commit nothing is left to fail, and be told as "no effect". */
    @OnRpc(contracts.redrive)
    async redrive({ id, actor }: RedriveLetter): Promise<DeadLetterView> {
      const { sent, view } = await this.database.transaction(async (tx) => {
        assertRedrivable(await viewOf(tx, service, id));
        return { sent: await redriveLetters(tx, [id], { actor }), view: await viewOf(tx, service, id) };
      });
      this.relay.dispatch(sent);
      return view;
    }

    @OnRpc(contracts.discard)
    discard({ id, actor, reason }: DiscardLetter): Promise<DeadLetterView> {
      return this.database.transaction(async (tx) => {
        const { status } = await viewOf(tx, service, id);
        if (status === 'redriven') throw new Rejected('dead-letter-not-redrivable', { id, status });
        await discardLetter(tx, id, actor, reason);
        return viewOf(tx, service, id);
      });
    }
  }
  return DeadLetterHandlers;
}

async function viewOf(db: Queryable, service: ServiceName, id: string): Promise<DeadLetterView> {
  const letter = await findLetter(db, id);
  if (!letter) throw new Rejected('dead-letter-not-found', { id });
  const { body, ...rest } = letter;
  return { ...rest, service, body: body.toString(), actions: await actionsOn(db, id) };
}

function assertRedrivable({ id, status, reason }: DeadLetterView): void {
  if (status !== 'discarded' && !HOPELESS.includes(reason)) return;
  throw new Rejected('dead-letter-not-redrivable', { id, status, reason });
}
