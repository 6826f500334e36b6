import { start } from '#service';
import { OrderConfig } from './config.js';
import { OrderModule } from './order.module.js';

await start('order', OrderModule, OrderConfig);
