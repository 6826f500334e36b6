import { IsInt, IsISO8601, Max, Min } from 'class-validator';
import { rpc } from './contract.js';

const YEAR_S = 31_536_000;
const DECADE_MS = 10 * YEAR_S * 1_000;

/** What a client of a sandbox sends to move its clock ahead. */
export class ClockAdvance {
  @IsInt() @Min(1) @Max(YEAR_S) seconds: number;
}

/** The time by which the sandbox now judges deadlines. */
export class ClockView {
  @IsISO8601() now: string;
}

/** Move the clock by so much, and at least so far ahead of the true time. */
export class AdvanceClock {
  @IsInt() @Min(0) @Max(YEAR_S * 1_000) byMs: number;
  @IsInt() @Min(0) @Max(DECADE_MS) atLeastMs: number;
}

export class ClockAdvanced {
  @IsInt() aheadMs: number;
  @IsISO8601() now: string;
}

export const advanceOrderClock = rpc('order.advance_clock.v1', AdvanceClock, ClockAdvanced, ['ops:write']);
export const advancePaymentClock = rpc('payment.advance_clock.v1', AdvanceClock, ClockAdvanced, [
  'ops:write',
]);
export const advanceStockClock = rpc('stock.advance_clock.v1', AdvanceClock, ClockAdvanced, ['ops:write']);
