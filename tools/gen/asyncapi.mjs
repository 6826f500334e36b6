import { resolve } from 'node:path';
import * as contracts from '#contracts';
import { EVENT_LOG, EXCHANGES, IDENTITY_HEADER } from '#messaging';
import { envelopeSchemas } from './envelope.mjs';
import { contractsOf, receivers, senders } from './messages.mjs';

/**
 * @typedef {import('./messages.mjs').Contract} Contract
 * @typedef {Record<string, any>} Json
 */

const REPLY = 'reply';
const LOGGED = 'events';
const EXCHANGE_OF = { rpc: EXCHANGES.rpc, command: EXCHANGES.commands, event: EXCHANGES.events };
const TYPE_OF = { rpc: 'direct', command: 'direct', event: 'topic' };
const BUNDLES =
  'Every AMQP message is a bundle: a JSON array of 1 to 64 members, each with its own envelope. Members of several kinds for ' +
  'one service, and answers for one caller, share bundles in any mix; those of an event are all of its kind.';

const IDENTITY = {
  type: 'object',
  required: [IDENTITY_HEADER],
  properties: {
    [IDENTITY_HEADER]: {
      type: 'string',
      description: 'A JWT of the gateway for the service that is asked: who asks, and with which scopes.',
    },
  },
};

/** Word to a caller who waits longer than for an answer; may be lost. */
const NOTICE = {
  name: 'notice',
  title: 'notice',
  payload: bundleOf(reference('components/schemas', 'Notice')),
};

/** docs/asyncapi.json: every message, who sends it, who gets it, and by which exchange. */
export async function asyncApiDocument() {
  const all = contractsOf(contracts);
  const document = {
    asyncapi: '3.0.0',
    info: {
      title: 'Waybill messages',
      version: '1',
      description: `What crosses the borders of the processes of Waybill, over RabbitMQ. ${BUNDLES}`,
    },
    defaultContentType: 'application/json',
    channels: channels(all),
    operations: { ...Object.fromEntries(all.flatMap(operations)), 'order.read.event-log': LOG_READING },
    components: {
      messages: {
        ...Object.fromEntries(all.flatMap(messages)),
        [NOTICE.name]: NOTICE,
        [LOGGED]: logged(all),
      },
      schemas: { ...envelopeSchemas(), ...(await dataSchemas(all)) },
    },
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

/** Of an event one for itself; commands and questions have one per service. @param {Contract} contract */
const channelOf = ({ kind, name, service }) => (kind === 'event' ? name : `${service}.${kind}`);

/** @param {readonly Contract[]} all @returns {Json} */
function channels(all) {
  const groups = Map.groupBy(all, channelOf);
  const own = [...groups].map(([key, those]) => {
    const { kind, name, service } = /** @type {Contract} */ (those[0]);
    return [
      key,
      {
        address: kind === 'event' ? name : service,
        messages: Object.fromEntries(
          those.map((one) => [one.name, reference('components/messages', one.name)]),
        ),
        bindings: binding(EXCHANGE_OF[kind], TYPE_OF[kind]),
      },
    ];
  });
  const answers = [...all.filter(({ kind }) => kind === 'rpc').map(answerName), NOTICE.name];
  const reply = {
    // The caller says in each question where it wants its answer.
    address: null,
    description: 'Routing key: the replyTo of the question.',
    messages: Object.fromEntries(answers.map((name) => [name, reference('components/messages', name)])),
    bindings: binding(EXCHANGES.reply, 'direct'),
  };
  return { ...Object.fromEntries(own), [REPLY]: reply, [EVENT_LOG]: eventLog() };
}

/** Every event again, in one place, for as long as it is kept. */
function eventLog() {
  const queue = { name: EVENT_LOG, durable: true, exclusive: false, autoDelete: false };
  return {
    address: EVENT_LOG,
    description:
      'A stream: reading takes nothing away. Consumers begin where they say with the argument x-stream-offset (first, last, ' +
      'next, an offset, a timestamp), with a prefetch and acknowledgements. What was published twice is there twice, with ' +
      'the same ids.',
    messages: { [LOGGED]: reference('components/messages', LOGGED) },
    bindings: { amqp: { is: 'queue', queue, bindingVersion: '0.3.0' } },
  };
}

const LOG_READING = {
  action: 'receive',
  channel: reference('channels', EVENT_LOG),
  messages: [reference(`channels/${EVENT_LOG}/messages`, LOGGED)],
  tags: [{ name: 'order' }],
};

/** Bundles of one service, one after the other. @param {readonly Contract[]} all @returns {Json} */
function logged(all) {
  const events = all.filter(({ kind }) => kind === 'event');
  const anyOf = events.map(({ name }) => reference(`components/messages/${name}/payload`, 'items'));
  return { name: LOGGED, title: 'events', payload: { type: 'array', minItems: 1, items: { anyOf } } };
}

/** @param {string} name @param {string} type */
function binding(name, type) {
  const exchange = { name, type, durable: true, autoDelete: false };
  return { amqp: { is: 'routingKey', exchange, bindingVersion: '0.3.0' } };
}

/** What each process does with the message. @param {Contract} contract @returns {[string, Json][]} */
function operations(contract) {
  const { name, kind } = contract;
  const channel = channelOf(contract);
  const answer = answerName(contract);
  const reply = kind === 'rpc' && {
    reply: {
      address: {
        location: '$message.header#/replyTo',
        description: 'The property reply-to of the AMQP message.',
      },
      channel: reference('channels', REPLY),
      messages: [reference(`channels/${REPLY}/messages`, answer)],
    },
  };
  const operation = (/** @type {'send' | 'receive'} */ action, /** @type {string} */ service) => [
    `${service}.${action}.${name}`,
    {
      action,
      channel: reference('channels', channel),
      messages: [reference(`channels/${channel}/messages`, name)],
      tags: [{ name: service }],
      ...reply,
    },
  ];
  return /** @type {[string, Json][]} */ ([
    ...senders(contract).map((service) => operation('send', service)),
    ...receivers(contract).map((service) => operation('receive', service)),
  ]);
}

/** The message, and of an RPC its answer. @param {Contract} contract @returns {[string, Json][]} */
function messages({ name, kind, body, answer }) {
  const deadline = kind === 'rpc' ? ['deadline'] : [];
  const member = {
    allOf: [
      reference('components/schemas', 'Envelope'),
      {
        type: 'object',
        required: ['data', ...deadline],
        properties: { type: { const: name }, data: reference('components/schemas', body.name) },
      },
    ],
  };
  /** @type {[string, Json]} */
  const headers = kind === 'rpc' && { headers: IDENTITY };
  const message = [name, { name, title: kind, ...headers, payload: bundleOf(member) }];
  if (!answer) return [message];
  const ok = {
    type: 'object',
    required: ['id', 'ok'],
    properties: { id: { type: 'string' }, ok: reference('components/schemas', answer.name) },
  };
  const replied = answerName({ name });
  const payload = bundleOf({ oneOf: [ok, reference('components/schemas', 'Refused')] });
  return [message, [replied, { name: replied, title: 'answer', payload }]];
}

/** @param {Json} items */
function bundleOf(items) {
  return { type: 'array', minItems: 1, maxItems: 64, items };
}

/** @param {Pick<Contract, 'name'>} contract */
const answerName = ({ name }) => `${name}.answer`;

/** @param {string} where @param {string} name */
function reference(where, name) {
  return { $ref: `#/${where}/${name}` };
}

/** The classes that the messages lead to. Receivers ignore what they don't know. @param {readonly Contract[]} all */
async function dataSchemas(all) {
  const { contractSchemas } = await import(resolve('dist/apps/gateway/src/openapi/docs.module.js'));
  /** @type {Json} */
  const schemas = contractSchemas();
  /** @type {Map<string, Json>} */
  const found = new Map();
  const visit = (/** @type {string} */ name) => {
    if (found.has(name)) return;
    const { additionalProperties: _, ...schema } = schemas[name];
    found.set(name, schema);
    for (const [, next] of JSON.stringify(schema).matchAll(/#\/components\/schemas\/(\w+)/g)) visit(next);
  };
  for (const { body, answer } of all) {
    visit(body.name);
    if (answer) visit(answer.name);
  }
  return Object.fromEntries([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}
