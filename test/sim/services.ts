import {
  addNote,
  cancelOrder,
  cancelPayment,
  capturePayment,
  changeOrder,
  changeRefused,
  changeReservation,
  chargePayment,
  collectPayment,
  commitStock,
  fulfilOrder,
  giveBackPayment,
  giveBackStock,
  paymentActionRequired,
  paymentAuthorized,
  paymentCaptured,
  paymentDeclined,
  paymentExpired,
  paymentRefunded,
  paymentVoided,
  payOrder,
  placeOrder,
  receiveWebhook,
  refundPayment,
  releaseStock,
  reservationChanged,
  reserveStock,
  returnOrder,
  stockCommitRefused,
  stockExpired,
  stockRejected,
  stockReserved,
  voidPayment,
} from '#contracts';
import { type Told } from '#messaging';
import { tellOverdue } from '../../apps/order/src/deadlines.worker.js';
import { orderRules } from '../../apps/order/src/decide.js';
import { type OrderMessage } from '../../apps/order/src/messages.js';
import { type OrderState, type Step as OrderStep } from '../../apps/order/src/order.js';
import { paymentRules } from '../../apps/payment/src/decide.js';
import { type PaymentEffect, type Timing } from '../../apps/payment/src/effects.js';
import { type PaymentMessage } from '../../apps/payment/src/messages.js';
import { type Provider } from '../../apps/payment/src/provider.js';
import { ProviderCalls } from '../../apps/payment/src/provider-calls.client.js';
import { reconcile } from '../../apps/payment/src/reconcile.worker.js';
import { type PaymentRow } from '../../apps/payment/src/record.js';
import { type PaymentState } from '../../apps/payment/src/refund.js';
import { WebhookHandlers } from '../../apps/payment/src/webhook.handlers.js';
import { EventWorker } from '../../apps/payment/src/webhook.worker.js';
import { releaseDueHolds } from '../../apps/stock/src/expiry.worker.js';
import { type Hold } from '../../apps/stock/src/reservation.js';
import { type StockRow, type StockState } from '../../apps/stock/src/state.js';
import { type StockMessage, stockRules } from '../../apps/stock/src/stock.js';
import { type Owner } from './ports.js';
import { type Service } from './process.js';

export type OrderService = Service<OrderState, OrderStep, OrderMessage>;
export type PaymentService = Service<PaymentState, PaymentRow, PaymentMessage>;
export type StockService = Service<StockState, StockRow, StockMessage>;

/** The limits that services have unless they are told others. */
export const SAGA_TIMEOUT_MS = 300_000;
export const HOLD: Hold = { holdMs: 900_000, graceMs: 30_000 };
export const TIMING: Timing = {
  timeoutMs: 5_000,
  firstPauseMs: 1_000,
  quarantineMs: 60_000,
  authorizationMs: 604_800_000,
};

/** A call is over when the simulated provider says so. The breaker looks at the true clock: it stays closed. */
const GUARD = {
  timeoutMs: 2 ** 31 - 1,
  concurrency: 1_000,
  maxWaiting: 0,
  breaker: { failures: Number.MAX_SAFE_INTEGER, pauseMs: 1_000 },
};

export const orderService: OrderService = {
  name: 'order',
  rules: orderRules({ sagaTimeoutMs: SAGA_TIMEOUT_MS }),
  contracts: [
    placeOrder,
    payOrder,
    cancelOrder,
    fulfilOrder,
    returnOrder,
    changeOrder,
    reservationChanged,
    changeRefused,
    addNote,
    stockReserved,
    stockRejected,
    stockExpired,
    stockCommitRefused,
    paymentCaptured,
    paymentAuthorized,
    paymentDeclined,
    paymentVoided,
    paymentRefunded,
    paymentExpired,
    paymentActionRequired,
  ],
  shell: (loop, database) => ({ workers: { deadlines: () => tellOverdue(database, loop) } }),
};

export const stockService: StockService = {
  name: 'stock',
  rules: stockRules(HOLD),
  contracts: [reserveStock, releaseStock, commitStock, giveBackStock, changeReservation],
  shell: (loop, database) => ({
    workers: { expiry: () => releaseDueHolds(database, loop, HOLD.graceMs) },
  }),
};

/** `onAlert`: a payment was halted. */
export function paymentService(
  providerOf: (owner: Owner) => Provider,
  onAlert: (reason: string) => void,
): PaymentService {
  return {
    name: 'payment',
    rules: paymentRules(TIMING),
    contracts: [
      chargePayment,
      cancelPayment,
      collectPayment,
      capturePayment,
      voidPayment,
      refundPayment,
      giveBackPayment,
    ],
    shell(loop, database, owner) {
      const quiet = (): void => undefined;
      const log = { debug: quiet, info: quiet, warn: quiet, error: quiet };
      const calls = new ProviderCalls({ provider: providerOf(owner), ...GUARD, log, observe: quiet });
      const events = new EventWorker(loop, database);
      const webhooks = new WebhookHandlers(
        { read: ({ body }) => JSON.parse(body.toString()) },
        events,
        database,
      );
      return {
        workers: { reconcile: () => reconcile(database, loop), events: () => events.heedRest() },
        perform(effect, cause) {
          const asked = effect as PaymentEffect;
          if (asked.kind === 'alert') onAlert(`${asked.paymentId}: ${asked.reason}`);
          calls.start(asked, cause, (message) => loop.settle([message]));
        },
        handlers: [
          {
            contracts: [receiveWebhook],
            run: (batch) =>
              Promise.all(
                (batch as readonly Told<typeof receiveWebhook>[]).map(async (told) => ({
                  ok: await webhooks.receive(told.data, told),
                })),
              ),
          },
        ],
      };
    },
  };
}
