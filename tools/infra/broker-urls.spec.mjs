import { brokersOf } from './broker-urls.mjs';
import { shown } from './say.mjs';

const CLUSTER = 'amqp://u:a,b@one:5672/v, amqps://u:secret@two:5671/v';

test('reads the nodes of a cluster as the services do', () => {
  expect(brokersOf(CLUSTER)).toEqual(['amqp://u:a,b@one:5672/v', 'amqps://u:secret@two:5671/v']);
  expect(brokersOf('amqp://one')).toEqual(['amqp://one']);
});

test('shows them without passwords', () => {
  expect(shown(CLUSTER)).toBe('amqp://one:5672/v, amqps://two:5671/v');
  expect(shown('postgres://u:secret@db:5432/order')).toBe('postgres://db:5432/order');
});
