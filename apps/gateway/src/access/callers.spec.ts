import { hash } from 'node:crypto';
import { SCOPES } from '#contracts';
import { Callers, faultOfApiKeys } from './callers.js';

const digest = (key: string) => hash('sha256', key);
const apiKeys = `shop=${digest('wb_shop')},\n till.2=${digest('wb_till').toUpperCase()}:orders:read+stock:read `;
const callers = new Callers(apiKeys);

describe('Callers', () => {
  test.each([
    ['Bearer wb_shop', 'shop'],
    ['bearer   wb_till ', 'till.2'],
  ])('know who sends %p', (header, name) => {
    expect(callers.find(header).name).toBe(name);
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
    `Bearer ${digest('wb_shop')}`,
    `Bearer ${'k'.repeat(100_000)}`,
    'Bearer wb_shop\u0000',
  ])('refuse %p', (header) => {
    expect(() => callers.find(header)).toThrow(/unauthorized/);
  });

  test('may do everything, or what their entry lists', () => {
    expect([...callers.find('Bearer wb_shop').scopes]).toEqual(SCOPES);
    expect([...callers.find('Bearer wb_till').scopes]).toEqual(['orders:read', 'stock:read']);
  });

  test('are one caller with two keys while a key is changed', () => {
    const both = new Callers(`shop=${digest('old')} shop=${digest('new')}:orders:read`);
    expect(both.find('Bearer old').name).toBe('shop');
    expect(both.find('Bearer new').name).toBe('shop');
  });

  test('are others after a replacement, and the same after one with a fault', () => {
    const changing = new Callers(apiKeys);
    expect(() => changing.replace('shop')).toThrow(/entry 1/);
    expect(changing.find('Bearer wb_shop').name).toBe('shop');
    changing.replace(`other=${digest('wb_other')}`);
    expect(() => changing.find('Bearer wb_shop')).toThrow(/unauthorized/);
    expect(changing.find('Bearer wb_other').name).toBe('other');
  });
});

test('whoever was found before is found again as long as the key is there, with the scopes that it has by now', () => {
  const changing = new Callers(`shop=${digest('wb_shop')}`);
  const before = changing.find('Bearer wb_shop');
  expect(changing.again(before)).toBe(before);
  changing.replace(`shop=${digest('wb_shop')}:orders:read`);
  expect([...changing.again(before).scopes]).toEqual(['orders:read']);
  changing.replace(`other=${digest('wb_other')}`);
  expect(() => changing.again(before)).toThrow(/unauthorized/);
});

describe('faultOfApiKeys', () => {
  test.each([
    ['', /nobody/],
    [' ,\n', /nobody/],
    ['shop', /entry 1/],
    [`${apiKeys}, shop=wb_test_secret`, /entry 3/],
    [`shop=${digest('x')}:`, /entry 1/],
    [`shop=${digest('x')}:orders:fly`, /unknown scope "orders:fly"; there are orders:read/],
    [`shop=${digest('x')}:orders:read+`, /unknown scope ""/],
    [`=${digest('x')}`, /entry 1/],
  ])('finds the one in %p', (text, fault) => {
    expect(faultOfApiKeys(text)).toMatch(fault);
  });

  test('never repeats what could be a key', () => {
    expect(faultOfApiKeys('shop=wb_live_secret')).not.toMatch('secret');
  });

  test('finds none where there is none', () => {
    expect(faultOfApiKeys(apiKeys)).toBeUndefined();
  });
});
