/**
 * What an error of the database means to whoever must go on. `transient`: try again, it may have been carried out.
 * `conflict`: somebody else was faster; load again. `invalid`: the data can't be stored, whoever tries. `defect`: ours.
 */
export type Severity = 'transient' | 'conflict' | 'invalid' | 'defect';

/** SQLSTATEs and Node's error codes. PostgreSQL, appendix A. */
const CODES: Readonly<Record<string, Severity>> = {
  WB409: 'conflict', // raised by waybill_expect
  '23505': 'conflict', // unique_violation: another replica has inserted it
  '40001': 'transient', // serialization_failure
  '40P01': 'transient', // deadlock_detected
  '55P03': 'transient', // lock_not_available
  '57014': 'transient', // query_canceled: statement_timeout
  '25P03': 'transient', // idle_in_transaction_session_timeout
  ECONNREFUSED: 'transient',
  ECONNRESET: 'transient',
  EPIPE: 'transient',
  ETIMEDOUT: 'transient',
  ENOTFOUND: 'transient',
  EAI_AGAIN: 'transient',
};

/** 08 connection, 53 resources, 57P operator (shutdown, crash), 22 data. */
const CLASSES: readonly (readonly [prefix: string, Severity])[] = [
  ['08', 'transient'],
  ['53', 'transient'],
  ['57P', 'transient'],
  ['22', 'invalid'],
];

const UNANSWERED = 'Query read timeout';

/** pg reports these without a code, as it does what is not answered. */
const LOST =
  /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error/;

export function classify(error: unknown): Severity {
  if (!(error instanceof Error)) return 'defect';
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const known = CODES[code] ?? CLASSES.find(([prefix]) => code.startsWith(prefix))?.[1];
  if (known) return known;
  if (code === '' && (LOST.test(error.message) || isUnanswered(error))) return 'transient';
  return 'defect';
}

/** SQLSTATEs and codes of a statement that the database has certainly not carried out. */
const NOT_DONE = new Set([
  '40001',
  '40P01',
  '55P03',
  '57014',
  '53300',
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
]);

/** True when the answer was lost, not the request: whoever asked must not be told that nothing has happened. */
export function mayHaveHappened(error: unknown): boolean {
  if (!(error instanceof Error) || classify(error) !== 'transient') return false;
  const code = 'code' in error ? String(error.code) : '';
  return !NOT_DONE.has(code) && !/timeout exceeded when trying to connect/.test(error.message);
}

/** The database has not said anything for too long: nor will it on this connection. */
export function isUnanswered(error: unknown): error is Error {
  return error instanceof Error && error.message === UNANSWERED;
}

/** Somebody else has changed or inserted the row since it was loaded. */
export function isVersionConflict(error: unknown): boolean {
  return classify(error) === 'conflict';
}
