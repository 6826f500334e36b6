import { existsSync, readFileSync } from 'node:fs';
import * as contracts from '#contracts';

/**
 * @typedef {Record<string, any>} Json
 * @typedef {import('#contracts').ServiceName} ServiceName
 * @typedef {{ type: string, schema: Json }} Kind a message that the queue is for, and what its data must be
 * @typedef {{ queue: string, service: ServiceName, isRpc: boolean, kinds: Kind[] }} Target
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
  return SERVICES.flatMap((service) =>
    [
      { queue: `${service}.rpc`, kinds: kindsOf((one) => one.kind === 'rpc' && one.service === service) },
      {
        queue: `${service}.commands`,
        kinds: kindsOf((one) => one.kind === 'command' && one.service === service),
      },
      {
        queue: `${service}.events`,
        kinds: kindsOf((one) => one.kind === 'event' && one.consumers.includes(service)),
      },
    ]
      .filter(({ kinds }) => kinds.length > 0)
      .map((target) => ({ ...target, service, isRpc: target.queue.endsWith('.rpc') })),
  );
}

/** @param {Json} document @param {string} name @returns {Json} */
function dataOf(document, name) {
  const message = document.components.messages[name];
  return message.payload.items.allOf[1].properties.data;
}
