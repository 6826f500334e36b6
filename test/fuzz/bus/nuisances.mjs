import fc from 'fast-check';
import { EXCHANGES } from '#messaging';
import { nasty, nastyBody, nastyText } from '../values.mjs';
import { SERVICES } from './targets.mjs';

/**
 * What nobody writes a letter about, for nobody waits for it: false answers and notices, false wishes to be told, nonsense in the
 * event log. Whoever gets it goes on as if it had not come.
 * @typedef {{ exchange: string, key: string, body: Buffer }} Nuisance
 */

const code = fc.constantFrom('constructor', '__proto__', 'order-not-found', '');
const text = fc.oneof(fc.constant('msg_0.0'), nastyText);
const replies = fc.array(
  fc.oneof(
    nasty,
    fc.record({ id: text, ok: nasty }),
    fc.record({
      id: text,
      refused: fc.oneof(nasty, fc.record({ code: fc.oneof(code, nasty), details: nasty })),
    }),
    fc.record({ notice: text, data: nasty }),
  ),
  { maxLength: 4 },
);
const name = fc.oneof(nasty, fc.constant('x'.repeat(300)));
const wish = fc.oneof(
  nasty,
  fc.record({ replyTo: name, names: fc.oneof(nasty, fc.array(name, { maxLength: 3 })), forMs: nasty }),
  fc.record({
    replyTo: fc.constant('x'.repeat(300)),
    names: fc.constant(['ord_0']),
    forMs: fc.constant(1_000),
  }),
);

/** @param {fc.Arbitrary<unknown>} value */
const bodies = (value) =>
  fc.oneof(
    { weight: 1, arbitrary: nastyBody },
    { weight: 4, arbitrary: value.map((one) => Buffer.from(JSON.stringify(one) ?? 'undefined')) },
  );

/** Always the same for the same number. @param {string} replyKey of a gateway @param {number} seed @returns {Nuisance} */
export function nuisanceTo(replyKey, seed) {
  const all = fc.oneof(
    { weight: 3, arbitrary: to(EXCHANGES.reply, fc.constant(replyKey), bodies(replies)) },
    { weight: 1, arbitrary: to(EXCHANGES.watch, fc.constantFrom(...SERVICES), bodies(wish)) },
    { weight: 1, arbitrary: to(EXCHANGES.log, fc.constant('waybill.event-log'), bodies(nasty)) },
  );
  return /** @type {Nuisance} */ (fc.sample(all, { seed, numRuns: 1 })[0]);
}

/** @param {string} exchange @param {fc.Arbitrary<string>} key @param {fc.Arbitrary<Buffer>} body @returns {fc.Arbitrary<Nuisance>} */
const to = (exchange, key, body) => fc.record({ exchange: fc.constant(exchange), key, body });
