import { hash } from 'node:crypto';
import { AuthGuard } from './auth.guard.js';
import { type GatewayConfig } from './config.js';

const apiKeys = `shop=${hash('sha256', 'wb_shop')},\n till.2=${hash('sha256', 'wb_till').toUpperCase()} `;
const guard = new AuthGuard({ apiKeys } as GatewayConfig);

describe('AuthGuard', () => {
  test.each([
    ['Bearer wb_shop', 'shop'],
    ['bearer   wb_till ', 'till.2'],
  ])('knows who sends %p', (header, caller) => {
    expect(guard.callerOf(header)).toBe(caller);
  });

  test.each([
    undefined,
    '',
    'Bearer',
    'Bearer ',
    'wb_shop',
    'Basic wb_shop',
    'Bearer wb_shopp',
    'Bearer WB_SHOP',
    'Bearer wb_shop, Bearer wb_shop',
    `Bearer ${hash('sha256', 'wb_shop')}`,
    `Bearer ${'k'.repeat(100_000)}`,
    'Bearer wb_shop\u0000',
  ])('refuses %p', (header) => {
    expect(() => guard.callerOf(header)).toThrow(/unauthorized/);
  });
});
