import { type ServiceName } from '#contracts';
import { type Member, type Outcome } from '#messaging';
import { type Order } from '../../apps/order/src/order.js';
import { type Kind } from './kinds.js';
import { type Plan } from './plan.js';
import { type Request, type Shopper } from './shopper.js';
import { answerOf, placing, WISHES, wantedOf } from './wishes.js';

const ENVELOPE = {
  causationId: null,
  requestId: 'req_1',
  traceparent: `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01`,
  attempt: 1,
  deadline: Number.MAX_SAFE_INTEGER,
} as const;

/** All clients: they ask, repeat what was not answered, and are the oracle of what was promised. */
export class Clients {
  readonly shoppers: readonly Shopper[];
  private readonly kinds: readonly Kind[];
  /** What they were told that cannot be. */
  readonly wrong: string[] = [];
  private readonly asked = new Map<string, { readonly shopper: Shopper; readonly request: Request }>();

  constructor({ orders, asks, kinds }: Pick<Plan, 'orders' | 'asks' | 'kinds'>) {
    this.kinds = kinds;
    this.shoppers = orders.map((plan, i) => {
      const shopper = { number: i + 1, plan, requests: [], orderId: undefined, asksLeft: asks };
      this.add(shopper, placing(shopper));
      return shopper;
    });
  }

  /** What a client may ask next, knowing how its order stands. */
  wishes(shopper: Shopper, order: Order | undefined): readonly Kind[] {
    if (shopper.orderId === undefined || !order || shopper.asksLeft === 0) return [];
    return wantedOf(order, this.kinds);
  }

  nameOf({ number, requests }: Shopper, kind: Kind): string {
    const same = requests.filter(({ name }) => name.startsWith(`${kind} of ${number}`)).length;
    return `${kind} of ${number}${same > 0 ? `, time ${same + 1}` : ''}`;
  }

  wish(shopper: Shopper, kind: Kind, order: Order): Request {
    shopper.asksLeft--;
    const name = this.nameOf(shopper, kind);
    const number = shopper.requests.filter((one) =>
      one.name.startsWith(`${kind} of ${shopper.number}`),
    ).length;
    const request = WISHES[kind].make(order, { name, shopper: shopper.number, number });
    return this.add(shopper, request);
  }

  /** The message of the next try. */
  memberOf(shopper: Shopper, request: Request): Member {
    const id = `${request.name}, try ${++request.tries}`.replaceAll(' ', '_');
    this.asked.set(id, { shopper, request });
    return { id, type: request.contract.name, ...ENVELOPE, data: request.data(request.tries) };
  }

  heard(id: string, outcome: Outcome): void {
    const asked = this.asked.get(id);
    if (!asked || 'failed' in outcome) return;
    const { shopper, request } = asked;
    if ('refused' in outcome) {
      if (outcome.refused.code === 'internal-error')
        this.wrong.push(`${request.name}: answered with a defect`);
      return;
    }
    const answer = answerOf(request.contract, outcome.ok ?? {});
    if (request === shopper.requests[0]) shopper.orderId ??= answer;
    request.answer ??= answer;
    if (request.answer !== answer)
      this.wrong.push(`Q5 ${request.name}: answered with ${request.answer}, and repeated with ${answer}`);
  }

  private add(shopper: Shopper, request: Omit<Request, 'tries'>): Request {
    const added = { ...request, tries: 0 };
    shopper.requests.push(added);
    return added;
  }
}

export const serviceOf = ({ contract }: Request): ServiceName => contract.service;
