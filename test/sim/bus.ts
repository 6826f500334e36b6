import * as contracts from '#contracts';
import { EXCHANGES, type Member, TIERS } from '#messaging';
import { type OutboxRow } from '#persistence';
import { type SimulatedClock } from './clock.js';

type ServiceName = contracts.ServiceName;

/** One message in a queue, or in the hands of a process. */
export interface Parcel {
  readonly queue: string;
  readonly service: ServiceName;
  /** The service that sent it. */
  readonly source: string;
  readonly replyTo: string | null;
  readonly members: readonly Member[];
  /** How often a consumer has died with it in hand. */
  readonly deaths: number;
  /** Not before: it waits in a retry tier. */
  readonly dueAt: number;
}

export interface DeadLetter {
  readonly reason: string;
  readonly words: string;
}

type Publishing = Pick<OutboxRow, 'exchange' | 'routingKey' | 'body'>;

const CONSUMERS: ReadonlyMap<string, readonly ServiceName[]> = new Map(
  Object.values(contracts)
    .filter((one) => typeof one === 'object' && 'kind' in one && one.kind === 'event')
    .map((one) => [(one as contracts.Event).name, (one as contracts.Event).consumers]),
);

/** The broker: it loses nothing that it has confirmed, and promises no order. */
export class Bus {
  readonly parcels: Parcel[] = [];
  /** Whatever was ever sent from one service to another. */
  readonly sent: Parcel[] = [];
  readonly dead: DeadLetter[] = [];

  constructor(private readonly clock: SimulatedClock) {}

  /** Whatever is published to one of its exchanges, by a service. */
  publish({ exchange, routingKey, body }: Publishing, source: string, headers: object = {}): void {
    const members = JSON.parse(body) as Member[];
    const enqueue = (service: ServiceName, dueAt = 0): void => {
      const parcel = { queue: service, service, source, replyTo: null, members, deaths: 0, dueAt };
      this.parcels.push(parcel);
      this.sent.push(parcel);
    };
    if (exchange === EXCHANGES.commands || exchange === EXCHANGES.retry) {
      enqueue(routingKey as ServiceName);
    } else if (exchange === EXCHANGES.events) {
      for (const consumer of CONSUMERS.get(routingKey) ?? []) enqueue(consumer);
    } else if (exchange === EXCHANGES.delay) {
      enqueue(serviceOf(routingKey), this.clock.ms + tierMs(members[0]?.attempt ?? 1));
    } else if (exchange === EXCHANGES.dead) this.bury(members, headers);
    else throw new Error(`nothing is simulated of the exchange ${exchange}`);
  }

  /** A question of a client, to whichever replica takes it. */
  ask(service: ServiceName, member: Member, replyTo: string): void {
    const queue = `${service}.rpc`;
    this.parcels.push({ queue, service, source: 'gateway', replyTo, members: [member], deaths: 0, dueAt: 0 });
  }

  get due(): Parcel[] {
    const now = this.clock.ms;
    return this.parcels.filter(({ dueAt }) => dueAt <= now);
  }

  take(parcel: Parcel): void {
    this.parcels.splice(this.parcels.indexOf(parcel), 1);
  }

  /** It is delivered again: whoever had it in hand has not acknowledged it. */
  giveBack(parcel: Parcel, deaths = parcel.deaths + 1): void {
    this.parcels.push({ ...parcel, deaths });
  }

  /** Long after, too: a row of the outbox whose confirm was lost, a dead letter that somebody sends again. */
  duplicate(parcel: Parcel): void {
    this.parcels.push(parcel);
  }

  /** The same members, in another grouping. */
  split(parcel: Parcel): void {
    this.take(parcel);
    for (const member of parcel.members) this.parcels.push({ ...parcel, members: [member] });
  }

  merge(one: Parcel, other: Parcel): void {
    this.take(one);
    this.take(other);
    this.parcels.push({ ...one, members: [...one.members, ...other.members] });
  }

  private bury(members: readonly Member[], headers: object): void {
    const { 'x-reason': reason, 'x-error': error } = headers as Record<string, string>;
    const about = members.map(({ type, data }) => `${type} ${JSON.stringify(data)}`).join(', ');
    this.dead.push({ reason: reason ?? 'unknown', words: `${reason}: ${error} (${about})` });
  }
}

/** `order.retry.5s` leads back to `order`. */
function serviceOf(routingKey: string): ServiceName {
  return routingKey.split('.')[0] as ServiceName;
}

/** The tier by the attempt alone: that the next longer one is taken now and then is one more delay. */
function tierMs(attempt: number): number {
  return (TIERS[Math.min(Math.max(attempt - 2, 0), TIERS.length - 1)] as (typeof TIERS)[number]).ms;
}

export function wordsOf({ members }: Pick<Parcel, 'members'>): string {
  return members.map(({ type, data }) => `${type} ${aboutOf(data as object)}`).join(' + ');
}

/** Of a message's data what tells it from others: ids, short. */
export function aboutOf(data: object): string {
  const { orderId, paymentId, refundId, returnId } = data as Record<string, string | undefined>;
  return [orderId, paymentId, refundId, returnId]
    .filter((id) => id !== undefined)
    .map(short)
    .join(' ');
}

export function short(id: string): string {
  return id.replace(/_0*(?=.)/, '');
}
