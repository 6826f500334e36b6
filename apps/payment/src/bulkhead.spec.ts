import { Bulkhead } from './bulkhead.js';

const patient = new AbortController().signal;

it('lets the next one in when one leaves', async () => {
  const bulkhead = new Bulkhead(1, 10);
  const leave = await bulkhead.enter(patient);
  const order: string[] = [];
  const second = bulkhead.enter(patient).then((leaveToo) => {
    order.push('second');
    leaveToo?.();
  });
  const third = bulkhead.enter(patient).then(() => order.push('third'));
  order.push('first');
  leave?.();
  await Promise.all([second, third]);
  expect(order).toEqual(['first', 'second', 'third']);
});

it('turns away who finds the queue full', async () => {
  const bulkhead = new Bulkhead(1, 1);
  await bulkhead.enter(patient);
  const waiting = bulkhead.enter(patient);
  await expect(bulkhead.enter(patient)).resolves.toBeUndefined();
  expect(waiting).toBeInstanceOf(Promise);
});

it('forgets who has no more time to wait', async () => {
  const bulkhead = new Bulkhead(1, 1);
  const leave = await bulkhead.enter(patient);
  const deadline = new AbortController();
  const waiting = bulkhead.enter(deadline.signal);
  deadline.abort();
  await expect(waiting).resolves.toBeUndefined();
  leave?.();
  await expect(bulkhead.enter(patient)).resolves.toBeInstanceOf(Function);
});
