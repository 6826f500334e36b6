import { newId } from '#contracts';
import { createdAt } from './created-at.js';

it('reads the time out of an id of ours', () => {
  const before = Date.now();
  const at = createdAt(newId('pay')).getTime();
  expect(at).toBeGreaterThanOrEqual(before);
  expect(at).toBeLessThanOrEqual(Date.now() + 1_000);
});

it('takes what is no id of ours for older than anything', () => {
  expect(createdAt('pay_!').getTime()).toBe(0);
});
