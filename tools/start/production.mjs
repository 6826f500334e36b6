import { Trouble } from '../infra/say.mjs';

/** Whatever development makes up, somebody has to give: a name, or several that do together. */
const GIVEN = [
  [['RABBITMQ_URL']],
  [['DATABASE_URL'], ['ORDER_DATABASE_URL', 'PAYMENT_DATABASE_URL', 'STOCK_DATABASE_URL']],
  [['API_KEYS'], ['API_KEYS_FILE']],
  [['IDENTITY_KEY', 'IDENTITY_PUBLIC_KEYS']],
  // Without it the sandbox would pay, and every key could have goods for nothing: who wants that says so.
  [['PAYMENT_PROVIDER']],
];

/** With NODE_ENV=production nothing is made up. @param {NodeJS.Dict<string>} given @throws {Trouble} with what is missing */
export function needsAll(given) {
  const has = (/** @type {string} */ name) => Boolean(given[name] || given[`${name}_FILE`]);
  const missing = GIVEN.filter((ways) => !ways.some((names) => names.every(has)));
  if (missing.length === 0) return;
  const words = missing.map((ways) => ways.map((names) => names.join(' and ')).join(', or '));
  throw new Trouble(
    `In production nothing is made up, and these are not set:\n  ${words.join('\n  ')}`,
    'docs/how-to/deploy.md says what they are; for development: npm start',
  );
}
