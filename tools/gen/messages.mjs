import { defaultMetadataStorage } from 'class-transformer/cjs/storage.js';
import * as contracts from '#contracts';
import { EXCHANGES, queuesOf } from '#messaging';
import { linkTo, table } from './markdown.mjs';
import { decorationsOf, isDecoratedWith, rulesOf } from './rules.mjs';
import { importersOf, readSources } from './source.mjs';

/**
 * @typedef {import('./source.mjs').Member} Member
 * @typedef {{ constant: string, kind: 'rpc' | 'command' | 'event', name: string, service: string,
 *   body: Function, answer?: Function, needs?: readonly string[] | 'open', consumers?: readonly string[] }} Contract
 */

const KINDS = { rpc: 'RPC', command: 'Command', event: 'Event' };
const ORDER = Object.keys(KINDS);
const EXCHANGE_OF = { rpc: EXCHANGES.rpc, command: EXCHANGES.commands, event: EXCHANGES.events };

const { classes, constants } = readSources(['libs/contracts/src/*.ts']);
const importers = importersOf('#contracts', ['apps/*/src/**/*.ts']);

/** docs/messages.md: every contract, by the service that owns it. */
export function messagesPage() {
  const all = contractsOf(contracts);
  const services = Map.groupBy(all, ({ service }) => service);
  const overview = all.map((one) => [linkTo(one.name), KINDS[one.kind], from(one), to(one)]);
  return `# Messages

What crosses the borders of the processes. An RPC is a question of the gateway, with an answer; a command is an order to one
service; an event is a fact, in the past tense, for whoever needs it. The first word of a name is the service that owns it, the
last one is its version: it changes only when a message breaks. Receivers ignore fields that they don't know.
Made from [libs/contracts](../libs/contracts/src) by \`npm run gen\`.

${table(['Name', 'Kind', 'From', 'To'], overview)}

${[...services].map(([service, those]) => `## ${service}\n\n${those.map(section).join('\n\n')}`).join('\n\n')}

## Types

${typesOf(all).map(typeSection).join('\n\n')}
`;
}

/** @param {object} exported @returns {Contract[]} */
export function contractsOf(exported) {
  const own = Object.entries(exported);
  // Every service answers these under its own names.
  const shared = Object.entries(contracts.DEAD_LETTERS).flatMap(([service, those]) =>
    Object.entries(those).map(([name, one]) => [`DEAD_LETTERS.${service}.${name}`, one]),
  );
  return [...own, ...shared]
    .filter(([, value]) => typeof value === 'object' && value !== null && value.kind in KINDS)
    .map(([constant, contract]) => ({ constant, ...contract }))
    .sort((a, b) => a.service.localeCompare(b.service) || ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind));
}

/** @param {Contract} contract */
function section(contract) {
  const { kind, name, constant, body, answer } = contract;
  const queues = receivers(contract).map((service) => `\`${queuesOf(service, [contract])[0]?.name}\``);
  const parts = [
    `### ${name}`,
    `${KINDS[kind]} \`${constant}\` · ${from(contract)} → ${to(contract)} · exchange \`${EXCHANGE_OF[kind]}\`` +
      (queues.length > 0 ? ` → ${queues.length > 1 ? 'queues' : 'queue'} ${queues.join(', ')}` : ''),
    [constants.get(constant), classes.get(body.name)?.doc].filter(Boolean).join(' '),
    fields(body),
    answer ? `Answer: ${linkTo(answer.name)}. Needs ${scopesOf(contract)}.` : '',
  ];
  return parts.filter(Boolean).join('\n\n');
}

/** @param {Contract} contract */
function scopesOf({ needs = [] }) {
  return needs === 'open' ? 'no scope' : needs.map((scope) => `\`${scope}\``).join(' or ');
}

/** The services that get it. @param {Contract} contract @returns {any[]} */
export function receivers({ kind, service, consumers = [] }) {
  return kind === 'event' ? [...consumers] : [service];
}

/** @param {Contract} contract */
function to(contract) {
  return receivers(contract).join(', ') || 'whoever listens';
}

/** @param {Contract} contract */
function from(contract) {
  return senders(contract).join(', ') || 'nobody yet';
}

/**
 * An event comes from its owner; who asks and who commands is whoever else imports it.
 * @param {Contract} contract @returns {string[]}
 */
export function senders({ kind, service, constant }) {
  if (kind === 'event') return [service];
  const apps = [...(importers.get(constant) ?? [])].map((path) => path.split('/')[1] ?? '');
  return [...new Set(apps)].filter((app) => app !== service);
}

/** The classes that bodies and answers are made of, except the bodies themselves. @param {readonly Contract[]} all */
function typesOf(all) {
  /** @type {Map<string, Function>} */
  const found = new Map();
  const visit = (/** @type {Function} */ type) => {
    for (const { name } of membersOf(type)) {
      const nested = nestedType(type, name);
      if (!nested || found.has(nested.name)) continue;
      found.set(nested.name, nested);
      visit(nested);
    }
  };
  for (const { body, answer } of all) {
    visit(body);
    if (!answer) continue;
    found.set(answer.name, answer);
    visit(answer);
  }
  return [...found.values()].sort((a, b) => a.name.localeCompare(b.name));
}

/** @param {Function} type */
function typeSection(type) {
  return [`### ${type.name}`, classes.get(type.name)?.doc, fields(type)].filter(Boolean).join('\n\n');
}

/** @param {Function} type */
function fields(type) {
  const decorations = decorationsOf(type);
  const rows = membersOf(type).map((member) => {
    const own = decorations.get(member.name) ?? [];
    const name = `\`${member.name}\`${member.optional ? ' (optional)' : ''}`;
    return [name, typeName(type, member, isDecoratedWith(own, 'isInt')), rulesOf(own), member.doc];
  });
  return table(['Field', 'Type', 'Rules', 'Meaning'], rows);
}

/** @param {Function} type @returns {Member[]} */
function membersOf(type) {
  const source = classes.get(type.name);
  if (!source) throw new Error(`${type.name} is not a class of libs/contracts/src`);
  return source.members;
}

/** @param {Function} type @param {Member} member @param {boolean} isInteger */
function typeName(type, member, isInteger) {
  const orNull = member.type.endsWith(' | null') ? ' or null' : '';
  const plain = member.type.replace(/ \| null$/, '');
  const nested = nestedType(type, member.name);
  if (nested) return `${plain.endsWith('[]') ? 'list of ' : ''}${linkTo(nested.name)}${orNull}`;
  if (plain === 'number' && isInteger) return `integer${orNull}`;
  return `${/^(string|number|boolean|Record<.*>)$/.test(plain) ? plain : 'string'}${orNull}`;
}

/** @param {Function} type @param {string} property @returns {Function | undefined} */
function nestedType(type, property) {
  return defaultMetadataStorage.findTypeMetadata(type, property)?.typeFunction();
}
