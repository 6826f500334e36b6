import { setTimeout as pause } from 'node:timers/promises';
import { type ServiceName } from '#contracts';
import { type Shop } from './shop.js';

/** What each service must write for everything that it is told. */
const TABLES: Readonly<Record<ServiceName, string>> = {
  order: 'orders',
  payment: 'payments',
  stock: 'reservations',
};
/** Shorter, with what happens then, than a statement waits for a lock. */
const GATHER_MS = 300;

/** Holds the tables of these services for a while, so that what they are told stays in their hands; then something happens. */
export async function withFullHands(
  { books }: Shop,
  services: readonly ServiceName[],
  happen: () => Promise<unknown>,
): Promise<void> {
  const holders = await Promise.all(services.map((service) => books.pools[service].connect()));
  try {
    for (const [i, service] of services.entries()) {
      await holders[i]?.query('begin');
      await holders[i]?.query(`lock table ${TABLES[service]} in exclusive mode`);
    }
    await pause(GATHER_MS);
    await happen();
  } finally {
    for (const holder of holders) {
      await holder.query('rollback');
      holder.release();
    }
  }
}
