import { type Needs, type Rpc, rpc } from '#contracts';
import { denialOf } from './identity.js';
import { AmqpServer, type AmqpServerOptions } from './server.js';

class Words {}

/** How a service starts that answers this question; there is no broker, so what is declared well fails later. */
function startWith(needs?: Needs): Promise<Error> {
  const dance: Rpc = rpc('stock.dance.v1', Words, Words, needs);
  const server = new AmqpServer({ service: 'stock' } as AmqpServerOptions);
  server.addHandler(dance.name, async () => ({}), false, { contracts: [dance], takes: 'one' });
  return new Promise((resolve) => server.listen((error) => resolve(error as Error)));
}

describe('a question of which nobody has said who may ask it', () => {
  it('keeps its service from starting, by name', async () => {
    expect((await startWith()).message).toMatch(/^Nobody has said who may ask stock\.dance\.v1:/);
    for (const needs of ['open', ['stock:read']] as const) {
      expect((await startWith(needs)).message).not.toMatch(/who may ask/);
    }
  });

  it('is answered to nobody', () => {
    const everybody = { caller: 'shop', scopes: new Set(['stock:read', 'ops:write'] as const) };
    expect(denialOf({ needs: undefined }, everybody)).toMatchObject({ code: 'forbidden' });
    expect(denialOf({ needs: undefined }, undefined)).toMatchObject({ code: 'unauthorized' });
  });
});
