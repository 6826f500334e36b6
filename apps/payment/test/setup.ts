import { randomUUID } from 'node:crypto';
import { newId } from '#contracts';
import { type Database } from '#persistence';
import { type PaymentMessage } from '../src/messages.js';
import { type Provider } from '../src/provider.js';
import { type GuardOptions } from '../src/provider-guard.client.js';
import { Books, openDatabase, Replica, sandbox, violations } from './replica.js';
import {
  cancel as cancelled,
  capture as captured,
  charge as charged,
  collect as collected,
  giveBack as givenBack,
  refund as refunded,
  release as released,
} from './world.js';

export interface Row {
  readonly status: string;
  readonly version: number;
  readonly [column: string]: unknown;
}

/** Database, books and replicas of one test file. After each test everything is settled and in order. */
export class Setup {
  database: Database;
  books: Books;
  private drop: () => Promise<void>;
  private readonly replicas: Replica[] = [];

  async open(): Promise<void> {
    ({ database: this.database, drop: this.drop } = await openDatabase());
    this.books = await Books.open();
  }

  async check(): Promise<void> {
    await Promise.all(this.replicas.splice(0).map((one) => one.stop()));
    // Halted payments are there for a person to find; everything else is settled and in order.
    await this.database.query(`delete from payments where status = 'halted'
      or id in (select payment_id from refunds where status = 'halted')`);
    for (const table of ['payment_history', 'refunds', 'ledger_transfers']) {
      await this.database.query(
        `delete from ${table} t where not exists (select 1 from payments where id = t.payment_id)`,
      );
    }
    expect(await violations(this.database)).toEqual([]);
  }

  async close(): Promise<void> {
    await this.books.close();
    await this.drop();
  }

  readonly replica = (
    provider: Provider = sandbox(this.books),
    breaker?: GuardOptions['breaker'],
  ): Replica => {
    const made = new Replica(this.database, provider, breaker);
    this.replicas.push(made);
    return made;
  };

  readonly row = async (id: string): Promise<Row> => {
    const { rows } = await this.database.query('select * from payments where id = $1', [id]);
    return rows[0];
  };

  readonly status = async (id: string): Promise<string | undefined> => (await this.row(id))?.status;

  readonly refunds = async (id: string): Promise<Row[]> => {
    const sql = 'select * from refunds where payment_id = $1 order by created_at, id';
    return (await this.database.query(sql, [id])).rows;
  };

  readonly operations = async (id: string): Promise<string[]> =>
    (await this.books.of(id)).map(({ operation, amount }) => `${operation} ${amount}`);
}

export function setUp(): Setup {
  const setup = new Setup();
  beforeAll(() => setup.open());
  afterEach(() => setup.check());
  afterAll(() => setup.close());
  return setup;
}

/** A payment of its own for each test. */
export function payment(method = 'tok_visa', capture = 'automatic') {
  const about = { paymentId: newId('pay'), orderId: newId('ord') };
  const rewrite = (to: PaymentMessage, data: object) =>
    ({ ...to, data: { ...to.data, ...data } }) as PaymentMessage;
  return {
    id: about.paymentId,
    charge: (more: object = {}) => rewrite(charged({ method, capture, ...more }), about),
    cancel: () => rewrite(cancelled(), about),
    capture: (amount?: number) => rewrite(captured(amount), { paymentId: about.paymentId }),
    collect: () => rewrite(collected(), about),
    giveBack: (refundId: string, amount: number) => rewrite(givenBack(0, amount), { ...about, refundId }),
    release: () => rewrite(released(), { paymentId: about.paymentId }),
    /** With a key of its own, unless told. */
    refund: (amount?: number, key: string = randomUUID(), fingerprint = key) =>
      rewrite(refunded(0, amount), {
        paymentId: about.paymentId,
        refundId: newId('ref'),
        idempotency: { key, fingerprint },
      }),
  };
}
