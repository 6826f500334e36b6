import { Trouble } from './say.mjs';

/**
 * @typedef {import('#messaging').Role} Role
 * @typedef {{ vhost: string, passwords: Partial<Record<Role, string | undefined>> }} Wanted
 */

const ANSWER_MS = 10_000;

/** @template T @param {typeof import('#messaging')} messaging @param {(role: Role) => T} make @returns {Record<Role, T>} */
export const byRole = ({ ROLES }, make) =>
  /** @type {Record<Role, T>} */ (Object.fromEntries(ROLES.map((role) => [role, make(role)])));

/**
 * The users of a vhost, their rights, and what they share, made or brought up to date. Users that are there keep their
 * passwords unless others are given.
 * @param {string} managementUrl with user and password of an administrator
 * @param {Wanted} wanted @param {typeof import('#messaging')} messaging
 */
export async function applyBrokerUsers(managementUrl, { vhost, passwords }, messaging) {
  const { brokerDefinitions, EVENT_LOG_LIMITS: eventLog, passwordHash, userOf } = messaging;
  const known = new Map(
    (await ask(managementUrl, 'GET', '/api/users')).map((/** @type {any} */ one) => [
      one.name,
      one.password_hash,
    ]),
  );
  const passwordHashes = byRole(messaging, (role) => {
    const user = userOf(vhost, role);
    const password = passwords[role];
    return password === undefined ? known.get(user) : passwordHash(user, password);
  });
  await ask(
    managementUrl,
    'POST',
    '/api/definitions',
    brokerDefinitions({ vhost, passwordHashes, eventLog }),
  );
}

/** Which of the roles have a user already. @param {string} managementUrl @param {string} vhost @param {typeof import('#messaging')} messaging */
export async function rolesThatAreThere(managementUrl, vhost, { ROLES, userOf }) {
  const names = (await ask(managementUrl, 'GET', '/api/users')).map((/** @type {any} */ { name }) => name);
  return ROLES.filter((role) => names.includes(userOf(vhost, role)));
}

/** @param {string} managementUrl @param {string} method @param {string} path @param {object} [body] @returns {Promise<any>} */
async function ask(managementUrl, method, path, body) {
  const { origin, username, password, host } = new URL(managementUrl);
  const basic = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString(
    'base64',
  );
  const response = await fetch(`${origin}${path}`, {
    method,
    headers: { authorization: `Basic ${basic}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(ANSWER_MS),
  }).catch((error) => {
    const why = error.cause?.code ?? error.message;
    throw new Trouble(
      `The management API at ${host} does not answer (${why})`,
      'it is a plugin: rabbitmq-plugins enable rabbitmq_management',
      error,
    );
  });
  const text = await response.text();
  if (response.status === 401)
    throw new Trouble(`${host} refuses ${username}`, 'give the user and password of an administrator');
  if (!response.ok) throw new Trouble(`${method} ${path} at ${host}: HTTP ${response.status} ${text}`);
  return text === '' ? undefined : JSON.parse(text);
}
