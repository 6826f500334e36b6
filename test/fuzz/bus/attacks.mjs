import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { nasty, nastyBody, nastyText, valid } from '../values.mjs';

/**
 * @typedef {import('./targets.mjs').Json} Json
 * @typedef {import('./targets.mjs').Target} Target
 * @typedef {import('./targets.mjs').Kind} Kind
 * @typedef {object} Attack what is sent; nothing of it may be carried out
 * @property {string} how @property {Json[] | undefined} members of a body that is a list of members
 * @property {Buffer} body @property {boolean} signed as somebody who may send anything
 * @property {boolean} vouched for by a gateway @property {boolean} answered somewhere @property {Json} headers
 */

const TRACEPARENT = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
const FIELDS = ['id', 'type', 'causationId', 'requestId', 'traceparent', 'attempt'];
const NO_DEADLINES = ['soon', '', 1.5, null, true, [], {}, 2 ** 60];
const UNKNOWN = [
  'stock.dance.v1',
  'payment.charge.v2',
  'constructor',
  '__proto__',
  'toString',
  'x'.repeat(200),
];
/** As long as anybody could wait for the answer. */
const PATIENCE_MS = 600_000;
const MAX_BYTES = 256 * 1_024;
const DEEP = `${'['.repeat(60_000)}${']'.repeat(60_000)}`;

/** Makes attacks on queues, always the same one for the same number. */
export class Attacks {
  #ajv = new Ajv2020({ strict: false, validateFormats: false });
  /** Making them takes longer than drawing from them. @type {Map<Target, fc.Arbitrary<Attack>>} */
  #made = new Map();

  /** @param {Json} document @param {string} run in the ids of its messages */
  constructor(document, run) {
    this.document = document;
    this.run = run;
    this.#ajv.addSchema({ $id: 'doc', ...document });
  }

  /** @param {Target} target @param {number} seed @returns {Attack} */
  on(target, seed) {
    const made = this.#made.get(target) ?? this.#all(target);
    this.#made.set(target, made);
    const [attack] = fc.sample(made, { seed, numRuns: 1 });
    return this.#finished(/** @type {Attack} */ (attack), seed);
  }

  /** @param {Target} target @returns {fc.Arbitrary<Attack>} */
  #all(target) {
    const goods = target.kinds.map((kind) => this.#good(kind, target));
    const good = fc.oneof(...goods);
    const bundle = (/** @type {string} */ how, /** @type {fc.Arbitrary<Json>} */ member, most = 4) =>
      fc.array(member, { minLength: 1, maxLength: most }).map((members) => ({ how, members }));
    const ways = [
      nastyBody.map((body) => ({ how: 'bytes', body })),
      good.map((member) => ({ how: 'too deep', members: [member] })),
      good.map((member) => ({
        how: 'too large',
        body: bytesOf([{ ...member, more: 'x'.repeat(MAX_BYTES) }]),
      })),
      good.map((member) => ({ how: 'too many', body: bytesOf(Array.from({ length: 65 }, () => member)) })),
      fc.oneof(good, nasty).map((value) => ({ how: 'no list', body: bytesOf(value) })),
      envelopes(good, target.isRpc).map((member) => ({ how: 'envelope', members: [member] })),
      bundle(
        'unknown type',
        fc.tuple(good, fc.constantFrom(...UNKNOWN)).map(([member, type]) => ({ ...member, type })),
      ),
      bundle('data', broken(good)),
      bundle('nobody has signed', good),
    ];
    const more = fc.record({
      answered: target.isRpc ? fc.integer({ max: 9, min: 0 }).map((n) => n > 0) : fc.constant(false),
      headers: fc.oneof({ weight: 2, arbitrary: fc.constant({}) }, oddHeaders),
    });
    const weighted = ways.map((arbitrary, i) => ({ weight: WEIGHTS[i] ?? 1, arbitrary }));
    return fc
      .tuple(fc.oneof(...weighted), more)
      .map(([way, rest]) => /** @type {any} */ ({ ...way, ...rest }));
  }

  /** @param {Kind} kind @param {Target} target @returns {fc.Arbitrary<Json>} */
  #good({ type, schema }, { isRpc }) {
    return valid(schema, this.document).map((data) => ({
      id: '',
      type,
      causationId: null,
      requestId: 'req_fuzz',
      traceparent: TRACEPARENT,
      attempt: 1,
      ...(isRpc && { deadline: Date.now() + PATIENCE_MS }),
      data,
    }));
  }

  /** Numbered, and signed only when no receiver could take it for good. @param {Attack} attack @param {number} seed @returns {Attack} */
  #finished(attack, seed) {
    const { how, members } = attack;
    if (!members) return { ...attack, signed: true, vouched: false };
    const numbered = members.map((member, i) =>
      member.id === '' ? { ...member, id: `${this.run}-${seed}.${i}` } : member,
    );
    const text = textOf(numbered);
    const isGood = numbered.some((member) => this.isEnvelope(member) && this.#isKnown(member));
    const signed = how === 'too deep' || !isGood;
    const body = Buffer.from(how === 'too deep' ? deep(text) : text);
    return { ...attack, members: numbered, signed, vouched: signed, body };
  }

  /** Whether it can be told what it is, by the document. @param {Json} member */
  isEnvelope(member) {
    return this.#ajv.validate('doc#/components/schemas/Envelope', JSON.parse(textOf(member)));
  }

  /** Whether its data are as the document says. @param {Json} member */
  #isKnown({ type, data }) {
    const { messages } = this.document.components;
    if (!Object.hasOwn(messages, type)) return false;
    const schema = messages[type].payload.items.allOf[1].properties.data;
    return data !== undefined && this.#ajv.validate(`doc${schema.$ref}`, JSON.parse(textOf(data)));
  }
}

/** In the order of the ways. */
const WEIGHTS = [4, 1, 1, 1, 2, 8, 6, 12, 6];

/** @param {fc.Arbitrary<Json>} good @param {boolean} isRpc @returns {fc.Arbitrary<Json>} */
function envelopes(good, isRpc) {
  const field = fc.tuple(fc.constantFrom(...FIELDS), fc.option(nasty, { nil: undefined }));
  const deadline = fc.tuple(fc.constant('deadline'), fc.constantFrom(...NO_DEADLINES));
  return fc
    .tuple(good, isRpc ? fc.oneof({ weight: 4, arbitrary: field }, deadline) : field)
    .map(([member, [name, value]]) => ({ ...member, [name]: value }));
}

/** With one part of its data replaced by something worse, or removed. @param {fc.Arbitrary<Json>} good */
const broken = (good) =>
  fc
    .tuple(good, fc.nat(), fc.option(nasty, { nil: undefined }))
    .map(([member, place, bad]) => ({ ...member, data: replacedIn(member.data, place, bad) }));

/**
 * What services write themselves. Not `x-death`: one that is no list of tables ends the dead-lettering of the whole broker
 * (RabbitMQ 3.10, rabbit_dead_letter:update_x_death_header), and with it every queue that has retry tiers.
 */
const HEADERS = [
  'x-identity',
  'x-delivery-count',
  'x-reason',
  'x-queue',
  'x-attempts',
  'x-error',
  'x-failed-at',
];

const oddHeaders = fc
  .dictionary(
    fc.constantFrom(...HEADERS),
    fc.oneof(
      nastyText,
      fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
      fc.boolean(),
      fc.constant([[1], {}]),
    ),
    { maxKeys: 3 },
  )
  .map((headers) => ({ ...headers }));

/** @param {any} data @param {number} place @param {unknown} bad undefined removes it */
function replacedIn(data, place, bad) {
  const places = placesIn(data);
  if (places.length === 0) return bad ?? null;
  const copy = structuredClone(data);
  const steps = [...(places[place % places.length] ?? [])];
  const last = /** @type {string} */ (steps.pop());
  const at = steps.reduce((inner, step) => inner[step], copy);
  if (bad === undefined) delete at[last];
  else Object.defineProperty(at, last, { value: bad, enumerable: true });
  return copy;
}

/** @param {any} value @param {readonly string[]} path @returns {readonly string[][]} */
function placesIn(value, path = []) {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => {
    const here = [...path, name];
    return [here, ...placesIn(inner, here)];
  });
}

/** @param {unknown} value */
const bytesOf = (value) => Buffer.from(textOf(value));

/** @param {unknown} value */
const textOf = (value) => JSON.stringify(value) ?? 'undefined';

/** Can be read, but not written again. @param {string} text */
const deep = (text) => text.replace(/"data":.*/, `"data":${DEEP}}]`);
