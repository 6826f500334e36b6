/**
 * Stable are generic plans by index, always: a plan made while a table was empty would scan it for ever (3.67 ms instead of 0.53 ms
 * a call, measured), and custom plans cost a planning each. Such a plan takes a third of a table for what it will find, and would begin
 * with two parallel workers, which take longer to start than what there is takes to read (110 ms instead of 10, measured).
 * Free are PostgreSQL's own choices: what reads whole tables is best planned as such. Migrations use connections of their own.
 */
const PLANNER = [
  { name: 'plan_cache_mode', stable: 'force_generic_plan', free: 'auto' },
  { name: 'enable_seqscan', stable: 'off', free: 'on' },
  { name: 'enable_hashjoin', stable: 'off', free: 'on' },
  { name: 'enable_mergejoin', stable: 'off', free: 'on' },
  { name: 'max_parallel_workers_per_gather', stable: '0', free: '2' },
] as const;

/** Of a connection, from its start. */
export const STABLE_PLANS = PLANNER.map(({ name, stable }) => `${name}=${stable}`);
/** Of a transaction that reads whole tables on such a connection. */
export const FREE_PLANS = PLANNER.map(({ name, free }) => `set local ${name} = ${free}`).join('; ');
