import { randomUUID } from 'node:crypto';
import { type ImportView } from '#contracts';
import { ChunkHandlers } from '../src/chunk.handlers.js';
import { ImportHandlers } from '../src/import.handlers.js';
import { MAX_ERRORS } from '../src/import-view.js';
import { ORDERS, replica, setUp, stocked } from './stock-database.js';
import { adjust, reserve } from './warehouse.js';

const stock = setUp();
const TRACE = { traceparent: `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01`, requestId: 'req_test' };
const FINGERPRINTS = Array.from({ length: 10 }, () => randomUUID());
const HEADER = 'sku,name,price,currency,onHand,delta';

const handlers = (): ImportHandlers => new ImportHandlers(stock.database);
const chunks = (): ChunkHandlers => new ChunkHandlers(stock.database);

async function started(more: object = {}): Promise<ImportView> {
  const request = { key: randomUUID(), format: 'csv', header: HEADER, ...more } as const;
  return (await handlers().start(request)).import;
}

const chunkOf = (importId: string, chunk: number, ...texts: string[]) => ({
  importId,
  chunk,
  fingerprint: FINGERPRINTS[chunk] as string,
  rows: texts.map((text, i) => ({ line: chunk * 500 + i + 2, text })),
});
const apply = (...args: Parameters<typeof chunkOf>) => chunks().apply(chunkOf(...args), { trace: TRACE });
const read = (importId: string) => handlers().get({ importId });
const levelOf = async (sku: string): Promise<number | undefined> =>
  (await stock.database.query('select on_hand from products where sku = $1', [sku])).rows[0]?.on_hand;

test('applies rows in order, and a SKU that comes twice as the second row leaves it', async () => {
  const { id } = await started();
  await apply(id, 0, 'TEA,Sencha,1999,EUR,10,', 'TEA,,,,,-4', 'MUG,Mug,5,EUR,,3', 'TEA,,,,,1');
  expect(await levelOf('TEA')).toBe(7);
  expect(await levelOf('MUG')).toBe(3);
  expect(await handlers().finish({ importId: id, chunks: 1 })).toMatchObject({
    status: 'finished',
    rowsRead: 4,
    rowsApplied: 4,
    rowsFailed: 0,
    faults: [],
  });
});

test('applies a chunk once, however often it comes', async () => {
  const { id } = await started();
  await apply(id, 0, 'TEA,Sencha,1999,EUR,10,');
  const second = () => apply(id, 1, 'TEA,,,,,5', 'NONE,,,,1,');
  expect(await Promise.all([second(), second(), second()])).toEqual([
    { chunks: 2 },
    { chunks: 2 },
    { chunks: 2 },
  ]);
  expect(await levelOf('TEA')).toBe(15);
  expect(await read(id)).toMatchObject({ rowsRead: 3, rowsApplied: 2, rowsFailed: 1 });
});

test('does not apply a chunk before the one that it follows', async () => {
  const { id } = await started();
  expect(await apply(id, 1, 'TEA,Sencha,1999,EUR,10,')).toEqual({ chunks: 0 });
  expect(await levelOf('TEA')).toBeUndefined();
});

describe('other content under the same key', () => {
  const reused = { code: 'idempotency-key-reused' };

  test('is refused from the first row on that differs', async () => {
    const { id } = await started();
    await apply(id, 0, 'TEA,Sencha,1999,EUR,10,');
    const other = { ...chunkOf(id, 0, 'TEA,Sencha,1,EUR,10,'), fingerprint: FINGERPRINTS[5] as string };
    await expect(chunks().apply(other, { trace: TRACE })).rejects.toMatchObject(reused);
  });

  test('is refused when there is more, or less, than what was finished', async () => {
    const { id } = await started();
    await apply(id, 0, 'TEA,Sencha,1999,EUR,10,');
    await expect(handlers().finish({ importId: id, chunks: 0 })).rejects.toMatchObject(reused);
    await handlers().finish({ importId: id, chunks: 1 });
    await expect(apply(id, 1, 'MUG,Mug,5,EUR,1,')).rejects.toMatchObject(reused);
    await expect(handlers().finish({ importId: id, chunks: 0 })).rejects.toMatchObject(reused);
    expect(await levelOf('MUG')).toBeUndefined();
  });

  test('is refused when it has another header or format', async () => {
    const key = randomUUID();
    const { id } = await started({ key });
    expect((await started({ key })).id).toBe(id);
    await expect(started({ key, header: 'sku,delta' })).rejects.toMatchObject(reused);
    await expect(started({ key, format: 'ndjson', header: '' })).rejects.toMatchObject(reused);
  });
});

test('keeps the first errors in full, in the order of the file, and counts the others', async () => {
  const { id } = await started();
  const bad = (i: number): string => `TEA-${i},,0,EUR,,`;
  for (let chunk = 0; chunk < 3; chunk++) {
    await apply(id, chunk, ...Array.from({ length: 400 }, (_, i) => bad(i)), 'GOOD,Good,1,EUR,1,');
  }
  expect(await read(id)).toMatchObject({
    rowsApplied: 3,
    rowsFailed: 1_200,
    faults: [{ field: 'price', count: 1_200 }],
  });
  const lines: number[] = [];
  for (let more = true; more; ) {
    const page = await handlers().errors({ importId: id, limit: 100, after: lines.length });
    lines.push(...page.data.map(({ line }) => line));
    more = page.more;
  }
  expect(lines).toHaveLength(MAX_ERRORS);
  expect(lines).toEqual(lines.toSorted((a, b) => a - b));
});

test('leaves alone what is reserved, and tells a loop that knew the rows before', async () => {
  const { loop } = replica(stock.database);
  await stocked(loop, { TEA: 10 });
  await loop.settle([reserve({ TEA: 4 }, ORDERS[0])]);
  const { id } = await started();
  await apply(id, 0, 'TEA,,,,3,', 'TEA,,,,6,', 'MUG,Mug,5,EUR,1,');
  expect(await levelOf('TEA')).toBe(6);
  expect((await handlers().errors({ importId: id, limit: 10 })).data).toEqual([
    { line: 2, field: 'onHand', detail: 'would leave less than the 4 that are reserved' },
  ]);
  // Its cache still says 10: the version compare must find out.
  await loop.settle([reserve({ TEA: 3 }, ORDERS[1])]);
  const { rows } = await stock.database.query('select reserved from products where sku = $1', ['TEA']);
  expect(rows).toEqual([{ reserved: 4 }]);
});

test('two imports, adjustments and orders of the same products lose nothing', async () => {
  const { loop } = replica(stock.database);
  await stocked(loop, { TEA: 100, MUG: 100 });
  const ids = [(await started()).id, (await started()).id];
  const imports = ids.map(async (id) => {
    for (let chunk = 0; chunk < 10; chunk++)
      await apply(id, chunk, 'MUG,,,,,1', 'TEA,,,,,1', 'NEW,New,1,EUR,,1');
  });
  const orders = Array.from({ length: 20 }, (_, i) =>
    loop.settle([
      reserve({ TEA: 1, MUG: 1 }, ORDERS[i]),
      adjust('TEA', { delta: 1, reason: 'received' }, randomUUID(), randomUUID()),
    ]),
  );
  await Promise.all([...imports, ...orders]);
  expect([await levelOf('TEA'), await levelOf('MUG'), await levelOf('NEW')]).toEqual([140, 120, 20]);
});
