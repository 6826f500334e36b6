import { Shutdown } from './shutdown.js';

const said: string[] = [];
const note = (_: object, text: string): void => void said.push(text);
const logger = { debug: note, info: note, warn: note, error: note, fatal: note };

beforeEach(() => {
  said.length = 0;
});

test('lets go in the order of the phases, whatever the order of registration', async () => {
  const order: string[] = [];
  const shutdown = new Shutdown(logger);
  for (const phase of ['close', 'flush', 'http', 'drain', 'consume'] as const) {
    shutdown.on(phase, phase, async () => order.push(phase));
  }
  await shutdown.run();
  expect(order).toEqual(['http', 'consume', 'drain', 'flush', 'close']);
});

test('waits for a phase to end before the next begins', async () => {
  const order: string[] = [];
  const shutdown = new Shutdown(logger);
  shutdown.on('drain', 'slow', async () => {
    await new Promise((resolve) => setImmediate(resolve));
    order.push('drained');
  });
  shutdown.on('close', 'database', async () => order.push('closed'));
  await shutdown.run();
  expect(order).toEqual(['drained', 'closed']);
});

test('goes on when a step fails, and says which', async () => {
  const shutdown = new Shutdown(logger);
  let closed = false;
  shutdown.on('drain', 'broken', () => Promise.reject(new Error('no')));
  shutdown.on('close', 'database', async () => {
    closed = true;
  });
  await shutdown.run();
  expect(closed).toBe(true);
  expect(said).toContain('a step of the shutdown failed');
});

test('runs once, however often it is asked for', async () => {
  const shutdown = new Shutdown(logger);
  let runs = 0;
  shutdown.on('close', 'count', async () => runs++);
  await Promise.all([shutdown.run(), shutdown.run(), shutdown.run()]);
  expect(runs).toBe(1);
});

test('has begun from the first moment on, so that readiness is off before anything stops', async () => {
  const shutdown = new Shutdown(logger);
  shutdown.on('http', 'look', async () => expect(shutdown.begun).toBe(true));
  expect(shutdown.begun).toBe(false);
  await shutdown.run();
  expect(shutdown.begun).toBe(true);
});

test('lets everything go on for as long as it was told, with readiness off', async () => {
  const shutdown = new Shutdown(logger, 40);
  const begun = performance.now();
  let stoppedAfter = 0;
  shutdown.on('http', 'server', async () => {
    stoppedAfter = performance.now() - begun;
  });
  const ended = shutdown.run();
  expect(shutdown.begun).toBe(true);
  await ended;
  // A timer may be early by a fraction of a millisecond.
  expect(stoppedAfter).toBeGreaterThanOrEqual(39);
});
