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
  right: failing(
    `Operation failed: ExchangeDeclare; 403 (ACCESS-REFUSED) with message "ACCESS_REFUSED - configure access to exchange 'waybill.rpc' in vhost 'shop' refused for user 'shop_order'"`,
  ),
  shared: failing(
    `Operation failed: QueueDeclare; 404 (NOT-FOUND) with message "NOT_FOUND - no queue 'waybill.event-log' in vhost 'shop'"`,
  ),
  authority: failing('self-signed certificate in certificate chain', 'SELF_SIGNED_CERT_IN_CHAIN'),
  issuer: failing('unable to verify the first certificate', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'),
  otherHost: failing("Hostname/IP does not match certificate's altnames", 'ERR_TLS_CERT_ALTNAME_INVALID'),
  expired: failing('certificate has expired', 'CERT_HAS_EXPIRED'),
  // Which begins with the address of a thread, so with any digits.
  noTls: failing(
    '40371403530C7F00:error:0A00010B:SSL routines:tls_validate_record_header:wrong version number:…',
    'ERR_SSL_WRONG_VERSION_NUMBER',
  ),
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
    [
      'right',
      `RabbitMQ at rabbit.example:5671 refuses "waybill" configure access to exchange 'waybill.rpc' in vhost 'shop': give it its permissions, npm run broker:users makes them.`,
    ],
    [
      'authority',
      'RabbitMQ at rabbit.example:5671 shows a certificate of an authority that is not known here: name the file with the certificate of that authority in RABBITMQ_CA_FILE (self-signed certificate in certificate chain).',
    ],
    [
      'otherHost',
      "RabbitMQ at rabbit.example:5671 shows a certificate of another host: use a name in RABBITMQ_URL that is in it, or give the broker one with this name (Hostname/IP does not match certificate's altnames).",
    ],
    [
      'expired',
      'RabbitMQ at rabbit.example:5671 shows a certificate that is not valid now: renew it, or look at the clock (certificate has expired).',
    ],
    [
      'noTls',
      'RabbitMQ at rabbit.example:5671 does not speak TLS at this port: use that of its TLS listener, or amqp:// instead of amqps://.',
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

  it('for want of what is shared says who makes it', () => {
    expect(explain(FAULTS.shared, URL_WITH_SECRET)).toMatch(
      /lacks what no service may make \(.*no queue 'waybill\.event-log'.*\): npm run broker:users makes it\.$/,
    );
  });

  it('never tells the password', () => {
    for (const fault of [...Object.values(FAULTS), 'text', undefined, null])
      expect(explain(fault, URL_WITH_SECRET)).not.toContain('secret');
  });

  it('is tried again, unless waiting can not help', () => {
    const hopeless = Object.entries(FAULTS).filter(([, fault]) => isHopeless(fault));
    expect(hopeless.map(([name]) => name)).toEqual([
      'password',
      'notAllowed',
      'host',
      'mismatch',
      'right',
      'shared',
      'authority',
      'issuer',
      'otherHost',
      'expired',
    ]);
    expect(isHopeless(undefined)).toBe(false);
  });
});
