import { DEAD_LETTER_OPERATIONS } from '../dead-letters/dead-letter-operations.js';
import { EVENT_OPERATIONS } from '../events/event-operations.js';
import { EXPORT_OPERATIONS } from '../exports/export-operations.js';
import { type Operation } from '../http/operation.js';
import { IMPORT_OPERATIONS } from '../imports/import-operations.js';
import { LEDGER_OPERATIONS } from '../ledger/ledger-operations.js';
import { LOCATION_OPERATIONS } from '../locations/location-operations.js';
import { ORDER_CHANGE_OPERATIONS } from '../orders/order-change-operations.js';
import { ORDER_OPERATIONS } from '../orders/order-operations.js';
import { PAYMENT_OPERATIONS } from '../payments/payment-operations.js';
import { PRICE_OPERATIONS } from '../products/price-operations.js';
import { PRODUCT_OPERATIONS } from '../products/product-operations.js';
import { REPORT_OPERATIONS } from '../reports/report-operations.js';
import { RETURN_OPERATIONS } from '../returns/return-operations.js';
import { STOCK_OPERATIONS } from '../stock/stock-operations.js';
import { TEST_CLOCK_OPERATIONS } from '../test-clock/test-clock-operations.js';
import { WEBHOOK_OPERATIONS } from '../webhooks/webhook-operations.js';

/** All routes, as clients should know them. */
export const OPERATIONS: readonly Operation[] = [
  ...ORDER_OPERATIONS,
  ...ORDER_CHANGE_OPERATIONS,
  ...RETURN_OPERATIONS,
  ...PAYMENT_OPERATIONS,
  ...LEDGER_OPERATIONS,
  ...PRODUCT_OPERATIONS,
  ...PRICE_OPERATIONS,
  ...STOCK_OPERATIONS,
  ...LOCATION_OPERATIONS,
  ...IMPORT_OPERATIONS,
  ...EXPORT_OPERATIONS,
  ...REPORT_OPERATIONS,
  ...EVENT_OPERATIONS,
  ...DEAD_LETTER_OPERATIONS,
  ...WEBHOOK_OPERATIONS,
  ...TEST_CLOCK_OPERATIONS,
];
