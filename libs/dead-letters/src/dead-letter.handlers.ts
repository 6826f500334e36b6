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
import { Database, OutboxRelay } from '#persistence';
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
      return { data: rows.map((row) => summaryOf(service, row)) };
    }

    @OnRpc(contracts.groups)
    async groups({ limit }: ListDeadLetterGroups): Promise<DeadLetterGroups> {
      return { data: (await groupLetters(this.database, limit)).map((group) => ({ ...group, service })) };
    }

    @OnRpc(contracts.get)
    async get({ id }: DeadLetterRef): Promise<DeadLetterView> {
      const letter = await findLetter(this.database, id);
      if (!letter) throw new Rejected('dead-letter-not-found', { id });
      const { body, ...rest } = letter;
      return { ...rest, service, body: body.toString(), actions: await actionsOn(this.database, id) };
    }

    @OnRpc(contracts.redrive)
    async redrive({ id, actor }: RedriveLetter): Promise<DeadLetterView> {
      const { status, reason } = await this.get({ id });
      if (status === 'discarded' || HOPELESS.includes(reason)) {
        throw new Rejected('dead-letter-not-redrivable', { id, status, reason });
      }
      const sent = await this.database.transaction((tx) => redriveLetters(tx, [id], { actor }));
      this.relay.dispatch(sent);
      return this.get({ id });
    }

    @OnRpc(contracts.discard)
    async discard({ id, actor, reason }: DiscardLetter): Promise<DeadLetterView> {
      const { status } = await this.get({ id });
      if (status === 'redriven') throw new Rejected('dead-letter-not-redrivable', { id, status });
      await this.database.transaction((tx) => discardLetter(tx, id, actor, reason));
      return this.get({ id });
    }
  }
  return DeadLetterHandlers;
}
