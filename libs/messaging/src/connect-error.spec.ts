import { explain, isHopeless } from './connect-error.js';

const URL_WITH_SECRET = 'amqp://waybill:secret@rabbit.example:5671/order%2Fs?heartbeat=10';

const failing = (message: string, code?: string): Error =>
  Object.assign(new Error(message), code !== undefined && { code });

/** As amqplib and Node say it. */
const FAULTS = {
  password: failing(
    'Handshake terminated by server: 403 (ACCESS-REFUSED) with message "ACCESS_REFUSED - Login was refused"',
  ),
  vhost: failing('Expected ConnectionOpenOk; got <ConnectionClose channel:0>'),
  notAllowed: failing('Connection closed: 530 (NOT-ALLOWED) with message "NOT_ALLOWED - vhost not found"'),
  host: failing('getaddrinfo ENOTFOUND rabbit.example', 'ENOTFOUND'),
  dns: failing('getaddrinfo EAI_AGAIN rabbit.example', 'EAI_AGAIN'),
  refused: failing('connect ECONNREFUSED 10.0.0.1:5671', 'ECONNREFUSED'),
  mismatch: failing(
    `Operation failed: QueueDeclare; 406 (PRECONDITION-FAILED) with message "inequivalent arg 'x-max-length' for queue 'stock.rpc'"`,
  ),
  silent: failing('connect ETIMEDOUT'),
};

describe('a connection that fails', () => {
  it.each([
    [
      'password',
      'RabbitMQ at rabbit.example:5671 refuses the user "waybill": check user and password in RABBITMQ_URL.',
    ],
    [
      'vhost',
      'RabbitMQ at rabbit.example:5671 does not let "waybill" into the vhost "order/s": create the vhost, or give the user permissions on it.',
    ],
    [
      'notAllowed',
      'RabbitMQ at rabbit.example:5671 does not let "waybill" into the vhost "order/s": create the vhost, or give the user permissions on it.',
    ],
    ['host', 'RabbitMQ at rabbit.example:5671 has no address: check the host in RABBITMQ_URL.'],
    ['dns', 'RabbitMQ at rabbit.example:5671 has no address: check the host in RABBITMQ_URL.'],
    [
      'refused',
      'RabbitMQ at rabbit.example:5671 refuses connections: check host and port in RABBITMQ_URL, and that the broker runs.',
    ],
    [
      'silent',
      "RabbitMQ at rabbit.example:5671 can't be reached (connect ETIMEDOUT): check RABBITMQ_URL, and that the broker runs.",
    ],
  ] as const)('is explained with cause and remedy: %s', (fault, words) => {
    expect(explain(FAULTS[fault], URL_WITH_SECRET)).toBe(words);
  });

  it('for want of the right arguments names the queue and what to do with it', () => {
    const words = explain(FAULTS.mismatch, URL_WITH_SECRET);
    expect(words).toMatch(
      /other arguments than this version declares \(.*x-max-length.*'stock\.rpc'.*\): .* delete it\.$/,
    );
  });

  it('never tells the password', () => {
    for (const fault of [...Object.values(FAULTS), 'text', undefined, null])
      expect(explain(fault, URL_WITH_SECRET)).not.toContain('secret');
  });

  it('is tried again, unless waiting can not help', () => {
    const hopeless = Object.entries(FAULTS).filter(([, fault]) => isHopeless(fault));
    expect(hopeless.map(([name]) => name)).toEqual(['password', 'notAllowed', 'host', 'mismatch']);
    expect(isHopeless(undefined)).toBe(false);
  });
});
