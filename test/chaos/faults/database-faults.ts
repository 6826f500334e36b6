import { setTimeout as pause } from 'node:timers/promises';
import { type ServiceName } from '#contracts';
import { controlServer } from '#testing';
import { type Rig } from '../rig.js';
import { growth, type Happening } from './happening.js';
import { isAlive, pidOf } from './servers.js';

const BETWEEN_MS = 250;
const GONE_MS = 10_000;
/** What each service must write for everything that it is told. */
const TABLES: Readonly<Record<string, string>> = {
  order: 'orders',
  payment: 'payments',
  stock: 'reservations',
};
const TERMINATE = `
  select count(pg_terminate_backend(pid))::int as count from pg_stat_activity
  where datname = current_database() and application_name like 'waybill-%'`;
const WAITING = 'select count(*)::int as count from pg_locks where not granted and relation = $1::regclass';

interface Counted {
  readonly count: number;
}

export const databaseFaults = {
  database_restarted: (rig) => growth(ended(rig), () => controlServer('database', 'restart')),
  database_killed: (rig) => growth(ended(rig), () => controlServer('database', 'kill')),
  /** As `pg_ctl -m immediate`: no checkpoint, and recovery at the next start. */
  database_aborted: (rig) =>
    growth(ended(rig), async () => {
      const pid = pidOf('database');
      process.kill(pid, 'SIGQUIT');
      for (const deadline = Date.now() + GONE_MS; isAlive(pid) && Date.now() < deadline; ) await pause(50);
      await controlServer('database', 'kill');
    }),

  async backends_terminated({ books }, { target, forMs }) {
    let terminated = 0;
    for (const end = Date.now() + forMs; Date.now() < end; await pause(BETWEEN_MS)) {
      const [row] = await books.rows<Counted>(target as ServiceName, TERMINATE);
      terminated += row?.count ?? 0;
    }
    return terminated;
  },

  async table_locked({ books }, { target, forMs }) {
    const table = TABLES[target] as string;
    const holder = await books.pools[target as ServiceName].connect();
    holder.on('error', () => undefined);
    let waiting = 0;
    try {
      await holder.query('begin');
      await holder.query(`lock table ${table} in exclusive mode`);
      for (const end = Date.now() + forMs; Date.now() < end; await pause(BETWEEN_MS)) {
        const { rows } = await holder.query<Counted>(WAITING, [table]);
        waiting = Math.max(waiting, rows[0]?.count ?? 0);
      }
    } finally {
      // With its connection its lock goes.
      holder.release(true);
    }
    return waiting;
  },
} satisfies Record<string, Happening>;

const ended = (rig: Rig) => () => rig.lines.to('database').reduce((sum, line) => sum + line.ended, 0);
