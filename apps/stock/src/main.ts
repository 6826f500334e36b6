import { start } from '#service';
import { StockConfig } from './config.js';
import { StockModule } from './stock.module.js';

await start('stock', StockModule, StockConfig);
