import { Controller, type Type } from '@nestjs/common';
import {
  type AdvanceClock,
  advanceOrderClock,
  advancePaymentClock,
  advanceStockClock,
  type ClockAdvanced,
  Rejected,
  type ServiceName,
} from '#contracts';
import { OnRpc } from '#messaging';
import { Database } from '#persistence';

const CONTRACTS = {
  order: advanceOrderClock,
  payment: advancePaymentClock,
  stock: advanceStockClock,
} as const;

/** What a service of a sandbox has besides. Elsewhere nobody handles the pattern. */
export function testClockHandlers(service: ServiceName): Type {
  const contract = CONTRACTS[service];

  @Controller()
  class TestClockHandlers {
    constructor(private readonly database: Database) {}

    @OnRpc(contract)
    async advance(by: AdvanceClock): Promise<ClockAdvanced> {
      const aheadMs = await this.database.clock.advance(by);
      if (aheadMs !== undefined) return { aheadMs, now: this.database.now().toISOString() };
      const detail = 'would move the clock more than ten years ahead of the true time';
      throw new Rejected('validation-failed', { errors: [{ pointer: '/seconds', detail }] });
    }
  }

  return TestClockHandlers;
}
