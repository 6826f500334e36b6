import { start } from '#service';
import { GatewayConfig } from './config.js';
import { GatewayModule } from './gateway.module.js';

await start('gateway', GatewayModule, GatewayConfig);
