import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { type TestDatabase, testDatabase } from '#testing';
import { Database, migrate } from '../src/index.js';

/** ReadyForQuery and its length; the state of the transaction follows. It ends every answer. */
const READY = Buffer.from([0x5a, 0, 0, 0, 5]);
const FIELDS = 'SFATAL\0VFATAL\0C57P01\0Mterminating connection due to administrator command\0\0';

/** A line to the database on which its end comes in one piece with that answer, the first being that to the password. */
async function lineThatEndsWith(answer: number, { hostname, port }: URL): Promise<Server> {
  let left = answer;
  const line = createServer((client) => {
    const server = connect(Number(port), hostname);
    client.on('error', () => server.destroy()).on('close', () => server.destroy());
    server.on('error', () => client.destroy()).on('close', () => client.destroy());
    client.pipe(server);
    server.on('data', (chunk) => {
      if (!READY.equals(chunk.subarray(-6, -1)) || --left !== 0) return client.write(chunk);
      return client.end(Buffer.concat([chunk, fatal()]));
    });
  });
  await once(line.listen(0, '127.0.0.1'), 'listening');
  return line;
}

function fatal(): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(4 + Buffer.byteLength(FIELDS));
  return Buffer.concat([Buffer.from('E'), length, Buffer.from(FIELDS)]);
}

let testing: TestDatabase;
beforeAll(async () => {
  testing = await testDatabase();
});
afterAll(() => testing?.drop());

// In the moment between what came and whoever waited for it, nobody but the pool knows of the connection.
test.each([
  ['what makes it', 1],
  ['an answer', 2],
])('outlives a connection that is ended together with %s', async (_, answer) => {
  const url = new URL(testing.url);
  const line = await lineThatEndsWith(answer, url);
  url.host = `127.0.0.1:${(line.address() as AddressInfo).port}`;
  const database = new Database({ url: url.href, applicationName: 'ended' });
  try {
    await database.query('select 1').catch(() => undefined);
    const { rows } = await database.query('select 2 as two');
    expect(rows).toEqual([{ two: 2 }]);
  } finally {
    await database.close();
    line.close();
  }
});

test('a migration is told of it', async () => {
  const url = new URL(testing.url);
  const line = await lineThatEndsWith(2, url);
  url.host = `127.0.0.1:${(line.address() as AddressInfo).port}`;
  await expect(migrate(url.href, [{ name: '0001_ended.sql', sql: 'select 1' }])).rejects.toThrow(
    /connection/i,
  );
  line.close();
});
