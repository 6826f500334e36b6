import { type BeginRedrive, type RedriveView, type ServiceName } from '#contracts';
import { type Queryable, type Tx } from '#persistence';
import { HOPELESS } from './letters.store.js';

/** A redrive as its worker sees it. */
export interface Redrive {
  readonly id: string;
  readonly status: 'canary' | 'running';
  readonly actor: string;
  readonly cause: string | null;
  readonly perSecond: number;
  /** For which letters may go now, whichever replica sends them: 0 to 1, and 1 for one that has not begun. A look may be older than the last. */
  readonly seconds: number;
  readonly canaryId: string | null;
  readonly canaryIsOver: boolean;
  readonly canaryHasDied: boolean;
}

/** False when another one is under way. */
export async function beginRedrive(
  tx: Tx,
  { id, actor, cause, perSecond, canary }: BeginRedrive,
): Promise<boolean> {
  const { rowCount } = await tx.query({
    name: 'begin-redrive',
    text: `with begun as (
        insert into redrives (id, status, actor, cause, per_second) values ($1, $2, $3, $4, $5)
        on conflict do nothing returning id
      ) insert into dead_letter_audit (actor, action, redrive_id) select $3, 'redrive_begun', id from begun`,
    values: [id, canary ? 'canary' : 'running', actor, cause ?? null, perSecond],
  });
  return rowCount === 1;
}

/** Letters `l` that a redrive `r` is for and has not sent yet: both by the database's clock, whatever that of a service says. */
const LEFT = `l.status = 'dead' and l.kept_at <= r.begun_at and (r.cause is null or l.cause = r.cause)
  and l.reason not in (${HOPELESS.map((reason) => `'${reason}'`).join(', ')})`;

export async function findRedrive(
  db: Queryable,
  service: ServiceName,
  id: string,
): Promise<RedriveView | undefined> {
  const { rows } = await db.query<RedriveView>({
    name: 'find-redrive',
    text: `select id, $2 as service, status, actor, cause, per_second as "perSecond", redriven,
        (select count(*)::integer from dead_letters l where ${LEFT}) as left,
        stopped_because as "stoppedBecause",
        to_char(begun_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "begunAt"
      from redrives r where id = $1`,
    values: [id, service],
  });
  return rows[0];
}

/** Asked every second by every process: one statement, no lock. */
export async function isRedriveUnderWay(db: Queryable): Promise<boolean> {
  const { rows } = await db.query<{ yes: boolean }>({
    name: 'is-redrive-under-way',
    text: `select exists (select from redrives where status in ('canary', 'running')) as yes`,
  });
  return rows[0]?.yes ?? false;
}

/**
 * The one that is under way, locked: replicas take turns. A canary has died when what it carried is a dead letter that
 * was kept after the redrive had begun.
 */
export async function lockRedrive(tx: Tx): Promise<Redrive | undefined> {
  const { rows } = await tx.query<Redrive>({
    name: 'lock-redrive',
    text: `select id, status, actor, cause, per_second as "perSecond", canary_id as "canaryId",
        case updated_at when begun_at then 1
          else greatest(0, least(1, extract(epoch from now() - updated_at))) end::float8 as seconds,
        coalesce(canary_until < now(), false) as "canaryIsOver",
        exists (select 1 from dead_letters canary, dead_letters l
          where canary.id = r.canary_id and l.member_id = canary.member_id and l.status = 'dead'
            and l.kept_at > r.begun_at) as "canaryHasDied"
      from redrives r where status in ('canary', 'running') for update skip locked`,
  });
  return rows[0];
}

/** The oldest letters that a redrive is for. */
export async function nextLetters(tx: Tx, redriveId: string, limit: number): Promise<string[]> {
  const { rows } = await tx.query<{ id: string }>({
    name: 'next-to-redrive',
    text: `select l.id from dead_letters l, redrives r where r.id = $1 and ${LEFT}
      order by l.failed_at, l.id limit $2`,
    values: [redriveId, limit],
  });
  return rows.map(({ id }) => id);
}

export interface Progress {
  readonly status: 'canary' | 'running' | 'done' | 'stopped';
  readonly redriven: number;
  readonly canaryId?: string;
  readonly stoppedBecause?: string;
}

/** `unused`: of the seconds for which letters might go, those for which none did. They count for the next who looks. */
export async function saveProgress(
  tx: Tx,
  id: string,
  progress: Progress,
  { canaryMs, unused }: { readonly canaryMs: number; readonly unused: number },
): Promise<void> {
  const { status, redriven, canaryId = null, stoppedBecause = null } = progress;
  await tx.query({
    name: 'save-redrive',
    text: `update redrives set status = $2, redriven = redriven + $3, stopped_because = coalesce($4, stopped_because),
        canary_id = coalesce($5, canary_id), updated_at = now() - $7 * interval '1 second',
        canary_until = case when $5::text is null then canary_until else now() + $6 * interval '1 millisecond' end
      where id = $1`,
    values: [id, status, redriven, stoppedBecause, canaryId, canaryMs, unused],
  });
}

export async function stopRedrive(tx: Tx, id: string, actor: string): Promise<void> {
  await tx.query({
    name: 'stop-redrive',
    text: `with stopped as (
        update redrives set status = 'stopped', stopped_because = 'stopped by ' || $2, updated_at = now()
        where id = $1 and status in ('canary', 'running') returning id
      ) insert into dead_letter_audit (actor, action, redrive_id) select $2, 'redrive_stopped', id from stopped`,
    values: [id, actor],
  });
}
