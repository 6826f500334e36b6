import { needsAll } from './production.mjs';

const ALL = {
  RABBITMQ_URL: 'amqp://broker',
  DATABASE_URL: 'postgres://database',
  API_KEYS: 'shop=…',
  IDENTITY_KEY_FILE: '/run/secrets/identity',
  IDENTITY_PUBLIC_KEYS: '…',
  PAYMENT_PROVIDER: 'sandbox',
};

describe('a start in production', () => {
  it('is content with what is given, from files too', () => {
    expect(() => needsAll(ALL)).not.toThrow();
    const { DATABASE_URL: _, ...rest } = ALL;
    const three = { ORDER_DATABASE_URL: 'a', PAYMENT_DATABASE_URL: 'b', STOCK_DATABASE_URL: 'c' };
    expect(() => needsAll({ ...rest, ...three })).not.toThrow();
  });

  it('does not take the sandbox for the provider unless somebody says so', () => {
    const { PAYMENT_PROVIDER: _, ...rest } = ALL;
    expect(() => needsAll(rest)).toThrow(/not set:\n {2}PAYMENT_PROVIDER\n {2}→/);
  });

  it('names all that is missing at once', () => {
    expect(() => needsAll({ ORDER_DATABASE_URL: 'a', IDENTITY_KEY: '…' })).toThrow(
      /RABBITMQ_URL\n {2}DATABASE_URL, or ORDER_DATABASE_URL and .*\n {2}API_KEYS, or API_KEYS_FILE\n {2}IDENTITY_KEY and IDENTITY_PUBLIC_KEYS\n {2}PAYMENT_PROVIDER/,
    );
  });
});
