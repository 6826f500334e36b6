/** @typedef {import('./folder.mjs').Folder} Folder */
/** @typedef {import('./ports.mjs').Ports} Ports */

/** What our own brokers have in common, whatever runs them. */
export const USER = 'waybill';
export const VHOST = 'waybill';
export const PLUGINS = [
  'rabbitmq_management',
  'rabbitmq_prometheus',
  'rabbitmq_stream',
  'rabbitmq_stream_management',
];

/** Without a vhost. @param {Folder} folder @param {Ports} ports */
export const brokerUrlOf = (folder, ports) =>
  `amqp://${USER}:${folder.secret('rabbitmq')}@127.0.0.1:${ports.amqp}`;

/** With user and password. @param {Folder} folder @param {Ports} ports */
export const managementUrlOf = (folder, ports) =>
  `http://${USER}:${folder.secret('rabbitmq')}@127.0.0.1:${ports.management}`;

/**
 * One question to the management API.
 * @param {string} managementUrl @param {string} path @param {string} [method]
 * @returns {Promise<any>} undefined when it does not answer, or not with a success
 */
export async function ask(managementUrl, path, method = 'GET') {
  const { origin, username, password } = new URL(managementUrl);
  const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  try {
    const response = await fetch(`${origin}${path}`, {
      method,
      headers: { authorization },
      signal: AbortSignal.timeout(5_000),
    });
    const text = await response.text();
    return response.ok ? (text === '' ? {} : JSON.parse(text)) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Ready means: booted to the end, with no alarm, and our user may come in. The port of the broker itself is the last to
 * open, after that of the management.
 * @param {string} managementUrl
 */
export async function answers(managementUrl) {
  const node = await ask(managementUrl, '/api/health/checks/local-alarms');
  if (node?.status !== 'ok') return false;
  const overview = await ask(managementUrl, '/api/overview');
  return (
    overview?.listeners?.some((/** @type {{ protocol: string }} */ one) => one.protocol === 'amqp') === true
  );
}
