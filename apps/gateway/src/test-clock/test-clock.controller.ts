import { Body, Controller, HttpCode, Module, Post, Req } from '@nestjs/common';
import {
  advanceOrderClock,
  advancePaymentClock,
  advanceStockClock,
  ClockAdvance,
  type ClockView,
  Rejected,
} from '#contracts';
import { RpcClient } from '#messaging';
import { type ApiRequest } from '../access/auth.guard.js';
import { Needs } from '../access/policy.decorator.js';
import { GatewayConfig } from '../config.js';
import { ValidBody } from '../http/valid.pipe.js';

/** Sandboxes only: so that expiries need no waiting. See docs/adr/0026-test-clock.md. */
@Controller('v1/test/clock')
export class TestClockController {
  constructor(
    private readonly rpc: RpcClient,
    private readonly config: GatewayConfig,
  ) {}

  /**
   * Stock first: what it holds meanwhile is held too long rather than too short. The others follow it: repeated after a
   * failure in between, all are at one time again.
   */
  @Post('advance')
  @HttpCode(200)
  @Needs('ops:write')
  async advance(
    @Body(new ValidBody(ClockAdvance)) { seconds }: ClockAdvance,
    @Req() { trace }: ApiRequest,
  ): Promise<ClockView> {
    const options = this.config.callOptions(trace);
    const { aheadMs, now } = await this.rpc.call(
      advanceStockClock,
      { byMs: seconds * 1_000, atLeastMs: 0 },
      options,
    );
    const followers = [advancePaymentClock, advanceOrderClock].map((contract) =>
      this.rpc.call(contract, { byMs: 0, atLeastMs: aheadMs }, options),
    );
    for (const { status } of await Promise.allSettled(followers)) {
      if (status === 'rejected') throw new Rejected('outcome-unknown', { detail: LEFT_BEHIND });
    }
    return { now };
  }
}

const LEFT_BEHIND =
  'Not every service has followed. Repeat the request: it moves the clock on, for all of them.';

@Module({ controllers: [TestClockController] })
export class TestClockModule {}
