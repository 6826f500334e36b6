import 'reflect-metadata';
import { IsBrokerUrls } from './broker-urls.js';
import { loadConfig } from './load-config.js';

class Config {
  @IsBrokerUrls() rabbitmqUrl: string;
}

const load = (RABBITMQ_URL: string) => loadConfig(Config, { RABBITMQ_URL }).rabbitmqUrl;

test.each([
  'amqp://u:p@one:5672/v',
  'amqp://u:p@one/v,amqps://u:p@two:5671/v',
  'amqp://u:p@one, amqp://u:p@two',
])('takes the broker, or the nodes of a cluster: %s', (list) => expect(load(list)).toBe(list));

test.each(['one:5672', 'amqp://one,two', 'amqp://one,http://two', 'amqp://one,'])(
  'refuses what lists something else, and says what to give: %s',
  (list) =>
    expect(() => load(list)).toThrow('RABBITMQ_URL must be the URL of the broker, for example amqp://'),
);
