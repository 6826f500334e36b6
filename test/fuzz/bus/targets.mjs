import { existsSync, readFileSync } from 'node:fs';
import * as contracts from '#contracts';

/**
 * @typedef {Record<string, any>} Json
 * @typedef {import('#contracts').ServiceName} ServiceName
 * @typedef {{ type: string, schema: Json }} Kind a message that the queue is for, and what its data must be
 * @typedef {{ queue: string, service: ServiceName, kinds: Kind[], isRpc: boolean, isDead: boolean }} Target
 */

/** @type {readonly ServiceName[]} */
export const SERVICES = ['order', 'payment', 'stock'];
const DOCUMENT = 'docs/asyncapi.json';

/** What messages have to be like, by the document that says so. @returns {Json} */
export function messagesDocument() {
  if (!existsSync(DOCUMENT))
    throw new Error(`${DOCUMENT} is not there: run this from the folder of package.json`);
  return JSON.parse(readFileSync(DOCUMENT, 'utf8'));
}

/** Every queue out of which a service takes messages. @param {Json} document @returns {Target[]} */
export function targetsOf(document) {
  const known = [
    ...Object.values({ ...contracts }),
    ...Object.values(contracts.DEAD_LETTERS).flatMap(Object.values),
  ];
  const all = known.filter((one) => typeof one === 'object' && one !== null && 'kind' in one);
  const kindsOf = (/** @type {(contract: any) => boolean} */ isFor) =>
    all.filter(isFor).map(({ name }) => ({ type: name, schema: dataOf(document, name) }));
  return SERVICES.flatMap((service) => {
    const rpc = kindsOf((one) => one.kind === 'rpc' && one.service === service);
    const commands = kindsOf((one) => one.kind === 'command' && one.service === service);
    const events = kindsOf((one) => one.kind === 'event' && one.consumers.includes(service));
    const durable = [
      { queue: `${service}.commands`, kinds: commands },
      { queue: `${service}.events`, kinds: events },
    ].filter(({ kinds }) => kinds.length > 0);
    const targets = [
      { queue: `${service}.rpc`, kinds: rpc, isRpc: true },
      ...durable,
      { queue: `${service}.dead`, kinds: durable.flatMap(({ kinds }) => kinds), isDead: true },
    ];
    return targets.map((target) => ({ isRpc: false, isDead: false, ...target, service }));
  });
}

/** @param {Json} document @param {string} name @returns {Json} */
function dataOf(document, name) {
  const message = document.components.messages[name];
  return message.payload.items.allOf[1].properties.data;
}
