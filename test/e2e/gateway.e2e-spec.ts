import { ERRORS } from '#contracts';
import { Client } from './client.js';
import { Shop } from './shop.js';

let shop: Shop;
let client: Client;

beforeAll(async () => {
  shop = await Shop.open();
  client = new Client(shop.stack);
});

afterAll(() => shop?.close());

const read = (path: string, headers: Record<string, string> = {}) =>
  fetch(`${shop.stack.url}${path}`, { headers, signal: AbortSignal.timeout(10_000) });

describe('/problems/{code}', () => {
  test('is what the type of a problem leads to, for everyone', async () => {
    const { body } = await client.send('GET', '/v1/orders/ord_00000000000000000000000000');
    const answer = await read(body.type);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({
      code: 'order-not-found',
      type: body.type,
      title: body.title,
      status: 404,
      cause: expect.any(String),
      remedy: expect.any(String),
      example: { type: body.type, status: 404 },
    });
  });

  test.each(Object.keys(ERRORS))('has a page for %s in two languages', async (code) => {
    for (const [language, lang] of [
      ['zh-CN,zh;q=0.9,en;q=0.8', 'zh-CN'],
      ['de, en;q=0.7', 'en'],
    ] as const) {
      const headers = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8', 'accept-language': language };
      const answer = await read(`/problems/${code}`, headers);
      expect(answer.status).toBe(200);
      expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
      expect(answer.headers.get('content-language')).toBe(lang);
      expect(answer.headers.get('vary')).toMatch(/accept, accept-language/);
      expect(await answer.text()).toContain(`<html lang="${lang}">`);
    }
  });

  test('is listed, and of an unknown code a problem itself', async () => {
    const list = (await (await read('/problems')).json()) as { data: { code: string }[] };
    expect(list.data.map(({ code }) => code)).toEqual(Object.keys(ERRORS));
    const unknown = await read('/problems/constructor', { accept: 'text/html' });
    expect(unknown.status).toBe(404);
    expect(unknown.headers.get('content-type')).toMatch('application/problem+json');
  });
});
