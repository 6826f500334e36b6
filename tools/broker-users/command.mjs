import { randomBytes } from 'node:crypto';
import { applyBrokerUsers, byRole, rolesThatAreThere } from '../infra/broker-users.mjs';
import { buildIfChanged } from '../infra/build.mjs';
import { developmentEnvironment, environment } from '../infra/environment.mjs';
import { Folder } from '../infra/folder.mjs';
import { inRoot } from '../infra/root.mjs';
import { Trouble } from '../infra/say.mjs';
import { HELP, parseOptions } from './options.mjs';

/** @typedef {typeof import('#messaging')} Messaging */

const newPassword = () => randomBytes(24).toString('base64url');

/** @param {string[]} args */
export async function brokerUsers(args) {
  const options = parseOptions(args);
  if (options.help) return console.log(HELP);
  await buildIfChanged();
  const messaging = await import('#messaging');
  return options.apply ? apply(options, messaging) : print(options, messaging);
}

/** @param {import('./options.mjs').Options} options @param {Messaging} messaging */
async function apply({ url = developmentBroker(), vhost }, messaging) {
  const there = await rolesThatAreThere(url, vhost, messaging);
  const passwords = Object.fromEntries(
    messaging.ROLES.map((role) => [
      role,
      passwordOf(role) ?? (there.includes(role) ? undefined : newPassword()),
    ]),
  );
  await applyBrokerUsers(url, { vhost, passwords }, messaging);
  console.error(
    `${there.length} users were there, ${messaging.ROLES.length - there.length} are new; all have the rights of this version.`,
  );
  tell({ host: new URL(url).hostname, vhost, passwords }, messaging);
}

/** @param {import('./options.mjs').Options} options @param {Messaging} messaging */
function print({ vhost, administrator }, messaging) {
  const { brokerDefinitions, EVENT_LOG_LIMITS: eventLog, passwordHash, userOf } = messaging;
  const passwords = byRole(messaging, (role) => passwordOf(role) ?? newPassword());
  const master = environment().BROKER_PASSWORD ?? newPassword();
  const definitions = brokerDefinitions({
    vhost,
    eventLog,
    passwordHashes: byRole(messaging, (role) => passwordHash(userOf(vhost, role), passwords[role])),
    ...(administrator && {
      administrator: { name: administrator, passwordHash: passwordHash(administrator, master) },
    }),
  });
  console.log(JSON.stringify(definitions, null, 2));
  tell({ host: '<host>', vhost, passwords }, messaging);
  if (administrator) console.error(`administrator   ${administrator}, password ${master}`);
}

/**
 * @param {{ host: string, vhost: string, passwords: Partial<Record<import('#messaging').Role, string | undefined>> }} about
 * @param {Messaging} messaging
 */
function tell({ host, vhost, passwords }, { ROLES, userOf }) {
  for (const role of ROLES) {
    const password = passwords[role];
    if (password === undefined) continue;
    const user = encodeURIComponent(userOf(vhost, role));
    const url = `amqp://${user}:${encodeURIComponent(password)}@${host}:5672/${encodeURIComponent(vhost)}`;
    console.error(`${role.padEnd(8)}  RABBITMQ_URL=${url}`);
  }
}

/** @param {string} role */
const passwordOf = (role) => environment()[`${role.toUpperCase()}_BROKER_PASSWORD`];

function developmentBroker() {
  const env = { ...developmentEnvironment(new Folder(inRoot('.data'))), ...environment() };
  const {
    RABBITMQ_MANAGEMENT_URL: url,
    RABBITMQ_MANAGEMENT_USER: user,
    RABBITMQ_MANAGEMENT_PASSWORD: password,
  } = env;
  if (url && user && password) return Object.assign(new URL(url), { username: user, password }).href;
  throw new Trouble(
    'No development broker runs',
    'give --url http://<administrator>:<password>@<host>:15672',
  );
}
