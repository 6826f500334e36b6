import { brokerDefinitions, EVENT_LOG_LIMITS, passwordHash, ROLES, userOf } from '#messaging';

const VHOST = 'waybill';
/** As docker-compose.yml has them. */
const PASSWORD = 'development-only';
const ADMINISTRATOR = 'waybill';

/** docker/rabbitmq-definitions.json: what the broker of docker-compose.yml is made from. */
export function developmentDefinitions() {
  const hashes = ROLES.map((role) => [role, passwordHash(userOf(VHOST, role), PASSWORD)]);
  const definitions = brokerDefinitions({
    vhost: VHOST,
    passwordHashes: Object.fromEntries(hashes),
    eventLog: EVENT_LOG_LIMITS,
    administrator: { name: ADMINISTRATOR, passwordHash: passwordHash(ADMINISTRATOR, PASSWORD) },
  });
  return `${JSON.stringify(definitions, null, 2)}\n`;
}
