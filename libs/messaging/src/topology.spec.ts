import { command, event, rpc } from '#contracts';
import { queuesOf } from './topology.js';

class Anything {}

const get = rpc('stock.get.v1', Anything, Anything);
const reserve = command('stock.reserve.v1', Anything);
const paid = event('order.paid.v1', Anything, ['stock']);
const noted = event('order.noted.v1', Anything);

describe('the queues of a service', () => {
  it('are one for each kind of what it handles', () => {
    expect(queuesOf('stock', [get, reserve, paid, reserve]).map(({ name }) => name)).toEqual([
      'stock.commands',
      'stock.events',
      'stock.rpc',
    ]);
    expect(queuesOf('stock', [paid])).toEqual([{ kind: 'events', name: 'stock.events' }]);
    expect(queuesOf('stock', [])).toEqual([]);
  });

  it.each([
    [get, 'payment must not handle stock.get.v1: it is for stock. See libs/contracts.'],
    [reserve, 'payment must not handle stock.reserve.v1: it is for stock. See libs/contracts.'],
    [paid, 'payment must not handle order.paid.v1: it is for stock. See libs/contracts.'],
    [noted, 'payment must not handle order.noted.v1: it is for nobody. See libs/contracts.'],
  ])('are refused to another, by name: %#', (contract, words) => {
    expect(() => queuesOf('payment', [contract])).toThrow(words);
  });
});
