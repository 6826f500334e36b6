import { type Entry } from '../../apps/payment/src/sandbox/ledger-file.client.js';

type Queryable = { query<T extends object>(sql: string): Promise<{ rows: T[] }> };

interface Moved {
  readonly paymentId: string;
  readonly operation: string;
  readonly amount: string;
  readonly currency: string;
}

/** What our books say that the provider has done. Nothing is posted for an authorization and its void. */
const OURS = `
  select payment_id as "paymentId", operation, amount, currency from ledger_transfers
  union all
  select id, 'authorize', authorized_amount, currency from payments where capture = 'manual' and authorized_amount > 0
  union all
  select id, 'void', authorized_amount, currency from payments where status = 'voided'`;

/** Q4: our ledger equals the provider's own, which has carried out each key once. `entries` as its file has them. */
export async function providerViolations(payment: Queryable, entries: readonly Entry[]): Promise<string[]> {
  const done = entries.filter(({ outcome }) => outcome === 'ok');
  const keys = new Set(done.map(({ key }) => key));
  const theirs = done.map((entry) => wordsOf({ ...entry, amount: String(entry.amount) })).sort();
  const ours = (await payment.query<Moved>(OURS)).rows.map(wordsOf).sort();
  return [
    ...(keys.size < done.length
      ? [`Q4 ${done.length} operations of the provider have ${keys.size} keys`]
      : []),
    ...theirs.filter((words) => !ours.includes(words)).map((words) => `Q4 only the provider knows ${words}`),
    ...ours
      .filter((words) => !theirs.includes(words))
      .map((words) => `Q4 the provider does not know ${words}`),
    ...(theirs.length === ours.length
      ? []
      : [`Q4 the provider has ${theirs.length} entries, we ${ours.length}`]),
  ];
}

function wordsOf({ paymentId, operation, amount, currency }: Moved): string {
  return `${paymentId} ${operation} ${amount} ${currency}`;
}
