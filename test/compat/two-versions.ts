import { migrateService } from '#persistence';
import {
  emptyDatabase,
  type ProcessName,
  type RunningService,
  Stack,
  type TestBroker,
  type TestDatabase,
  testBroker,
} from '#testing';
import { ApiDocument } from '../e2e/api-document.js';
import { Books, SERVICES } from '../e2e/books.js';
import { Client } from '../e2e/client.js';

export type Version = 'N−1' | 'N';
/** Services first: a gateway is ready when they are. */
export const PROCESSES: readonly ProcessName[] = ['stock', 'payment', 'order', 'gateway'];

interface Parts {
  readonly broker: TestBroker;
  readonly books: Books;
  readonly databases: readonly TestDatabase[];
  readonly stack: Stack;
  /** With what N−1 is started. */
  readonly before: { readonly folder: string; readonly env: Readonly<Record<string, string>> };
}

/** One shop whose processes are of either version, and change places while they serve. */
export class TwoVersions {
  private readonly running = new Map<ProcessName, RunningService>();
  private isMigrated = false;
  private gateway: { readonly url: string; readonly document: ApiDocument } | undefined;

  readonly broker: TestBroker;
  readonly books: Books;

  private constructor(private readonly parts: Parts) {
    this.broker = parts.broker;
    this.books = parts.books;
  }

  /** N−1 alone, in `folder`, on databases that it has made itself. */
  static async open(folder: string): Promise<TwoVersions> {
    const broker = await testBroker();
    const databases = await Promise.all(SERVICES.map(() => emptyDatabase()));
    const urls = (of: 'url' | 'servingUrl') =>
      Object.fromEntries(SERVICES.map((service, i) => [service, databases[i]?.[of] ?? '']));
    const stack = await Stack.start({
      brokerUrl: broker.url,
      // N is served by roles without DDL; N−1, which began here by making the tables, owns them.
      databaseUrls: urls('servingUrl') as never,
      replicas: { gateway: 0, order: 0, payment: 0, stock: 0 },
    });
    const owners = Object.entries(urls('url')).map(([name, url]) => [
      `${name.toUpperCase()}_DATABASE_URL`,
      url,
    ]);
    const books = new Books(urls('url') as never);
    const before = { folder, env: Object.fromEntries(owners) as Record<string, string> };
    const versions = new TwoVersions({ broker, books, databases, stack, before });
    for (const name of PROCESSES) await versions.put(name, 'N−1');
    return versions;
  }

  /** Takes the place of the process that is there: both serve for a moment, then the old one ends in order. */
  async put(name: ProcessName, version: Version): Promise<void> {
    const old = this.running.get(name);
    const service = await this.parts.stack.add(name, version === 'N' ? {} : this.parts.before);
    this.running.set(name, service);
    if (name === 'gateway') this.gateway = { url: service.url, document: await ApiDocument.of(service.url) };
    if (!old) return;
    const code = await old.stop();
    this.parts.stack.processes.splice(this.parts.stack.processes.indexOf(old), 1);
    if (code !== 0) throw new Error(`${name} ended with ${code}:\n${old.log.slice(-3_000)}`);
  }

  /** As an operator would, while others serve. */
  async migrate(): Promise<string[]> {
    const applied = await Promise.all(
      SERVICES.map(async (service, i) => {
        const { servingUrl = '', url } = this.parts.databases[i] ?? {};
        return migrateService(service, { url: servingUrl, migrationUrl: url });
      }),
    );
    this.isMigrated = true;
    return applied.flat();
  }

  /** Of whichever gateway is there, judged by the document that it serves. */
  get client(): Client {
    const current = () => {
      if (!this.gateway) throw new Error('there is no gateway');
      return this.gateway;
    };
    return new Client({
      apiKey: this.parts.stack.apiKey,
      get url() {
        return current().url;
      },
      get document() {
        return current().document;
      },
    });
  }

  /** N's invariants read N's tables: before they are there, only what was accepted can be compared. */
  async expectSound(): Promise<void> {
    await this.books.quiet();
    if (!this.isMigrated) return;
    expect(await this.books.violations()).toEqual([]);
  }

  async close(): Promise<void> {
    await this.parts.stack.stop();
    await this.books.close();
    for (const database of this.parts.databases) await database.drop();
    await this.broker.delete();
  }
}
