import { type Role } from '#messaging';
import { ownDatabase, Stack, type StackOptions, type TestBroker, testBroker } from '#testing';
import { ApiDocument } from './api-document.js';
import { Books, SERVICES } from './books.js';
import { Client, type ClientOptions } from './client.js';

export interface ShopOptions extends Partial<StackOptions> {
  readonly ownUsers?: boolean;
}

/** All four services on a broker vhost and databases of their own, a client of them, and a look into their books. */
export class Shop {
  readonly stack: Stack;
  readonly broker: TestBroker;
  readonly books: Books;
  readonly document: ApiDocument;
  /** Of `ownUsers`. */
  readonly brokerUrls: Partial<Readonly<Record<Role, string>>>;

  private constructor(
    parts: Pick<Shop, 'stack' | 'broker' | 'brokerUrls' | 'books' | 'document'>,
    private readonly closers: readonly (() => Promise<unknown>)[],
  ) {
    this.stack = parts.stack;
    this.broker = parts.broker;
    this.brokerUrls = parts.brokerUrls;
    this.books = parts.books;
    this.document = parts.document;
  }

  /** `ownUsers`: each process signs in to the broker with a user of its own, as in production. */
  static async open({ ownUsers = false, ...options }: ShopOptions = {}): Promise<Shop> {
    const broker = await testBroker();
    const brokerUrls = ownUsers ? await broker.users() : {};
    const databases = await Promise.all(SERVICES.map((service) => ownDatabase(service)));
    const books = new Books(byService(databases.map(({ url }) => url)));
    // As in production: whoever serves may change rows, and only those that it has to.
    const databaseUrls = byService(databases.map(({ servingUrl }) => servingUrl));
    const closers = [
      () => books.close(),
      ...databases.map((database) => () => database.drop()),
      () => broker.delete(),
    ];
    try {
      const stack = await Stack.start({ brokerUrl: broker.url, brokerUrls, databaseUrls, ...options });
      return new Shop(
        { stack, broker, brokerUrls, books, document: await ApiDocument.of(stack.url) },
        closers,
      );
    } catch (error) {
      for (const close of closers) await close().catch(() => undefined);
      throw error;
    }
  }

  /** Of the first gateway, unless told. Answers that are not as documented make its calls fail. */
  client(options: Partial<ClientOptions> = {}): Client {
    const { url, apiKey } = this.stack;
    return new Client({ url, apiKey, document: this.document, ...options });
  }

  /** Fails when an invariant is broken, whatever was tested; when a process did not stop in order, or had died before. */
  async close(): Promise<void> {
    const sound = await this.expectSound().catch((error: Error) => error);
    const codes = await this.stack.stop();
    for (const close of this.closers) await close();
    if (sound) throw sound;
    if (codes.some((code) => code !== 0)) throw new Error(`the processes ended with ${codes.join(', ')}`);
  }

  /** Everything that is under way has ended, and no invariant is broken. */
  async expectSound(): Promise<void> {
    await this.books.quiet();
    expect(await this.books.violations()).toEqual([]);
  }
}

const byService = ([
  order = '',
  payment = '',
  stock = '',
]: readonly string[]): StackOptions['databaseUrls'] => ({
  order,
  payment,
  stock,
});
