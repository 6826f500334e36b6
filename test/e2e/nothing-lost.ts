import { SERVICES } from './books.js';
import { type Load } from './load.js';
import { type Shop } from './shop.js';

/**
 * Every order that was accepted exists once and has settled as it should, none exists that nobody asked for, and all
 * books agree. `expected` is the phase that the n-th order must end in: only a fault could keep it from that.
 */
export async function expectNothingLost(
  shop: Pick<Shop, 'books' | 'broker' | 'expectSound'>,
  load: Load,
  expected: (n: number) => string = () => 'confirmed',
): Promise<void> {
  await load.done();
  expect(load.unexpected).toEqual([]);
  await shop.expectSound();
  const orders = await shop.books.rows<{ id: string; phase: string }>(
    'order',
    'select id, phase from orders where customer_id = $1 order by id',
    [load.customerId],
  );
  const accepted = [...load.accepted].map(([n, id]) => ({ id, phase: expected(n) }));
  expect(orders).toEqual(accepted.toSorted((a, b) => (a.id < b.id ? -1 : 1)));
  await expectNoDeadLetters(shop);
}

/** A dead letter is a message that nobody could handle: of ours there must be none, neither in a queue nor in a table. */
export async function expectNoDeadLetters({ broker, books }: Pick<Shop, 'books' | 'broker'>): Promise<void> {
  const sql = `select id, reason, type, error from dead_letters where status = 'dead'`;
  for (const service of SERVICES) {
    expect(await broker.peek(`${service}.dead`)).toEqual([]);
    expect(await books.rows(service, sql)).toEqual([]);
  }
}
