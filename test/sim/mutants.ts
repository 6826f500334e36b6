import { type Current, type Decision, type Rules, type Versioned } from '#loop';
import { type Message } from '#messaging';
import { type OrderMessage } from '../../apps/order/src/messages.js';
import { type OrderState, type Phase } from '../../apps/order/src/order.js';
import { type ProviderEffect } from '../../apps/payment/src/effects.js';
import { type StockState } from '../../apps/stock/src/state.js';
import { type Tampering } from './world.js';

type Decide<S, R, M> = (current: Current<S>, message: M, now: Date) => Decision<S, R>;

/** The same service with rules that decide otherwise: the first argument is what they decided before. */
function deciding<S extends Versioned, R, M extends Message, T extends { readonly rules: Rules<S, R, M> }>(
  service: T & { readonly rules: Rules<S, R, M> },
  change: (decide: Decide<S, R, M>, ...asked: Parameters<Decide<S, R, M>>) => Decision<S, R>,
): T {
  const { rules } = service;
  const decide: Decide<S, R, M> = (...asked) => rules.decide(...asked);
  return { ...service, rules: { ...rules, decide: (...asked) => change(decide, ...asked) } };
}

/** What is known, with one thing seen otherwise. */
function seeing<S>(current: Current<S>, see: (state: S) => S): Current<S> {
  return {
    get(key) {
      const state = current.get(key);
      return state === undefined ? undefined : see(state);
    },
  };
}

const again = ({ call, ...effect }: ProviderEffect): ProviderEffect => ({
  ...effect,
  call: { ...call, key: `${call.key}:again` },
});

function ignoring(types: readonly OrderMessage['type'][], phase: Phase): NonNullable<Tampering['order']> {
  return (service) =>
    deciding(service, (decide, current, message, now) => {
      const order = current.get(message.data.orderId);
      const isMeant = types.includes(message.type) && order?.kind === 'order' && order.phase === phase;
      return isMeant ? {} : decide(current, message, now);
    });
}

/** Bugs of the kind that these services are made to have none of. Each must be noticed. */
export const MUTANTS: Readonly<Record<string, Tampering>> = {
  'what is reserved after its release stays held': {
    stock: (service) =>
      deciding(service, (decide, current, message, now) => {
        const isFirst = message.type === 'stock.release.v1' && !current.get(`order:${message.data.orderId}`);
        return isFirst ? {} : decide(current, message, now);
      }),
    // The second line behind the tombstone.
    order: ignoring(['stock.reserved.v1'], 'cancelled'),
  },
  'an unknown outcome is taken for a decline': {
    payment: (service) =>
      deciding(service, (decide, current, message, now) => {
        if (message.type !== 'payment.provider_unknown') return decide(current, message, now);
        const { paymentId, operation } = message.data;
        const data = { paymentId, operation, code: 'no_answer' };
        return decide(current, { ...message, type: 'payment.provider_declined', data }, now);
      }),
  },
  'a refund is asked for again under another key': {
    payment: (service) =>
      deciding(service, (decide, current, message, now) => {
        const decision = decide(current, message, now);
        const effects = (decision.effects ?? []) as readonly ProviderEffect[];
        const isRefund = message.type === 'payment.attempt_due' && effects[0]?.call.operation === 'refund';
        return isRefund
          ? { ...decision, effects: effects.map((one) => again({ ...one, how: 'call' })) }
          : decision;
      }),
  },
  'a commit that comes twice deducts twice': {
    stock: (service) =>
      deciding(service, (decide, current, message, now) => {
        const see = (state: StockState): StockState =>
          state.kind === 'reservation' && state.status === 'committed'
            ? { ...state, status: 'expired' }
            : state;
        return decide(message.type === 'stock.commit.v1' ? seeing(current, see) : current, message, now);
      }),
  },
  'what is charged after its cancel is kept': {
    payment: (service) =>
      deciding(service, (decide, current, message, now) => {
        const isFirst = message.type === 'payment.cancel.v1' && !current.get(message.data.paymentId);
        return isFirst ? {} : decide(current, message, now);
      }),
    // The second line behind the row that the cancel leaves.
    order: ignoring(['payment.captured.v1', 'payment.authorized.v1'], 'cancelled'),
  },
  'an order that is cancelled after it was confirmed says nothing to the payment': {
    order: (service) =>
      deciding(service, (decide, current, message, now) => {
        const order = current.get(message.data.orderId);
        const decision = decide(current, message, now);
        const isMeant =
          message.type === 'order.cancel.v1' && order?.kind === 'order' && order.phase === 'confirmed';
        if (!isMeant || !decision.send) return decision;
        return {
          ...decision,
          send: decision.send.filter(({ contract }) => contract.name !== 'payment.cancel.v1'),
        };
      }),
  },
  'the key is not saved with the order': {
    order: (service) =>
      deciding(service, (decide, current, message, now) => {
        const decision = decide(current, message, now);
        const isKey = (state: OrderState): boolean => state.kind === 'key' && state.paymentId === null;
        return {
          ...decision,
          ...(decision.put && { put: decision.put.filter(([, state]) => !isKey(state)) }),
        };
      }),
  },
  'a stale cache is saved over what another replica has written': { comparesVersions: false },
  'what is to be sent is not saved with what it follows from': { savesOutbox: false },
};
