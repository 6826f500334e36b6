import { start } from '#service';
import { PaymentConfig } from './config.js';
import { PaymentModule } from './payment.module.js';

await start('payment', PaymentModule, PaymentConfig);
