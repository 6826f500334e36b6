/** The nodes that RABBITMQ_URL lists, as libs/messaging reads it, which may not be built yet. A comma may be part of a password. @param {string} list */
export const brokersOf = (list) => list.trim().split(/,\s*(?=amqps?:)/);
