import { start } from '#service';
import { GatewayConfig } from './config.js';
import { GatewayModule } from './gateway.module.js';
import { TestClockModule } from './test-clock/test-clock.controller.js';

await start('gateway', GatewayModule, GatewayConfig, ({ testClock }) => (testClock ? [TestClockModule] : []));
