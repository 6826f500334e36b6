import { type Pool, type PoolClient } from 'pg';

/** So long whoever needs a connection waits for one: what takes longer is an outage, and has to be told. */
const WAIT_MS = 500;
/**
 * So long a new connection may take to be made. On a machine that has no time it takes longer than anybody waits for it, and
 * must come about nevertheless: whoever comes next has it. One that was given up each time would never be made.
 */
export const CONNECT_MS = 5_000;

/** Whether one can be had without waiting. */
export function isAtHand(pool: Pool): boolean {
  return pool.idleCount > pool.waitingCount;
}

/** A free connection or a new one, in time. One that comes too late for its caller is free for others. */
export function take(pool: Pool): Promise<PoolClient> {
  const connecting = pool.connect();
  return new Promise((resolve, reject) => {
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      reject(new Error('timeout exceeded when trying to connect'));
    }, WAIT_MS);
    connecting.then(
      (client) => {
        clearTimeout(timer);
        if (isLate) client.release();
        else resolve(client);
      },
      (error: Error) => {
        clearTimeout(timer);
        reject(error);
      },
    );
  });
}
