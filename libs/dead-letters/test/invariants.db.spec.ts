import { type TestDatabase, testDatabase } from '#testing';
import { InvariantCheck } from '../src/invariants.worker.js';

let testing: TestDatabase;

beforeAll(async () => {
  testing = await testDatabase();
  await testing.database.query(
    'create function endless() returns int language plpgsql as $$ begin raise query_canceled; end $$',
  );
});
afterAll(() => testing?.drop());

it('tells of what is broken before it fails on what took too long', async () => {
  const seen: unknown[] = [];
  const errors: string[] = [];
  const log = { error: (_: object, words: string) => errors.push(words) };
  const parts = {
    service: 'stock' as const,
    database: testing.database,
    log: log as never,
    observe: (...sample: unknown[]) => void seen.push(sample),
  };
  const invariants = [
    { id: 'A1', name: 'endless', sql: 'select endless()' },
    { id: 'A2', name: 'broken', sql: 'select 1 as one' },
    { id: 'A3', name: 'sound', sql: 'select 1 where false' },
  ];
  const { signal } = new AbortController();
  await expect(new InvariantCheck(parts, invariants).round(signal)).rejects.toThrow(
    'A1 (endless): query_canceled',
  );
  expect(seen).toEqual([
    ['waybill_invariant_violations', { invariant: 'A2' }, 1],
    ['waybill_invariant_violations', { invariant: 'A3' }, 0],
  ]);
  expect(errors).toEqual(['an invariant is broken']);
  const { rows } = await testing.database.query('select type from dead_letters');
  expect(rows).toEqual([{ type: 'A2' }]);
});

it('begins with what the round before did not come to, so that nothing is left out for ever', async () => {
  const seen = new Set<string | undefined>();
  const parts = {
    service: 'stock' as const,
    database: testing.database,
    log: {} as never,
    observe: (_: string, labels?: Record<string, string>) => void seen.add(labels?.invariant),
    roundMs: 1_500,
  };
  const invariants = ['A1', 'A2', 'A3', 'A4'].map((id) => ({
    id,
    name: `takes half of the time ${id}`,
    sql: 'select 1 where pg_sleep(1) is null',
  }));
  const check = new InvariantCheck(parts, invariants);
  const { signal } = new AbortController();
  const deadline = Date.now() + 25_000;
  while (seen.size < invariants.length && Date.now() < deadline) await check.round(signal).catch(() => {});
  expect(seen).toEqual(new Set(['A1', 'A2', 'A3', 'A4']));
});

it('ends with its process, between two invariants', async () => {
  const ending = new AbortController();
  ending.abort();
  const parts = {
    service: 'stock' as const,
    database: testing.database,
    log: {} as never,
    observe: () => {},
  };
  const one = { id: 'A2', name: 'broken', sql: 'select 1 as one' };
  await expect(new InvariantCheck(parts, [one]).round(ending.signal)).rejects.toBe(ending.signal.reason);
});
