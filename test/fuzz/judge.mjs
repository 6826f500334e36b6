import { Ajv2020 } from 'ajv/dist/2020.js';

/**
 * @typedef {Record<string, any>} Json
 * @typedef {{ status: number, type: string, text: string }} Answer
 */

/** Words of a stack, a statement, a database or a path: nothing that a client may read. */
const LEAK =
  /\n\s+at |node_modules|\.[jt]s:\d+|syntax error at|relation "|violates \w+ constraint|invalid input syntax|ECONNREFUSED/;

/** Told of on every route; a 500 is in the document too, but never something to be content with. */
const UNAVAILABLE = [503, 504];
/** A path that was attacked may be the path of nothing any more. */
const NO_ROUTE = [404, 405];

/** Says what is wrong with answers, by the document that promises them. */
export class Judge {
  #ajv = new Ajv2020({ strict: false, validateFormats: false });

  /** @param {Json} document */
  constructor(document) {
    this.document = document;
    this.#ajv.addSchema({ $id: 'doc', ...document });
  }

  /** @param {import('./requests.mjs').Target} target @param {Answer} answer @returns {string | undefined} */
  faultOf({ route: { operation }, part }, { status, type, text }) {
    if (status >= 500 && !UNAVAILABLE.includes(status)) return `${status}: a defect`;
    if (LEAK.test(text)) return 'the answer tells of the inside';
    const declared = operation.responses[status] ?? (part === 'path' && NO_ROUTE.includes(status));
    if (!declared) return `${status} is not in the document`;
    return status < 400
      ? this.#faultOfAnswer(declared, { type, text })
      : this.#faultOfProblem({ status, type, text });
  }

  /** @param {Json} declared @param {{ type: string, text: string }} answer */
  #faultOfAnswer({ content }, { type, text }) {
    const [kind = ''] = type.split(';');
    const schema = content?.[kind]?.schema;
    if (!schema) return content || text === '' ? undefined : 'there is a body where none is declared';
    // Files: their form is looked at where they are made.
    if (!schema.$ref) return undefined;
    const check = this.#schema(schema.$ref);
    return check(kind.endsWith('json') ? parsed(text) : text)
      ? undefined
      : `the body is not as declared: ${this.#ajv.errorsText(check.errors)}`;
  }

  /** Compiled at the first use, and kept. @param {string} ref @returns {import('ajv').ValidateFunction} */
  #schema(ref) {
    const check = this.#ajv.getSchema(`doc${ref}`);
    if (!check) throw new Error(`the document has no ${ref}`);
    return check;
  }

  /** @param {Answer} answer */
  #faultOfProblem({ status, type, text }) {
    if (!type.startsWith('application/problem+json'))
      return `${status} with ${type || 'no type'}, not a problem`;
    const body = parsed(text);
    const check = this.#schema('#/components/schemas/Problem');
    if (!check(body)) return `the problem is not as declared: ${this.#ajv.errorsText(check.errors)}`;
    return /** @type {Json} */ (body).status === status
      ? undefined
      : 'the problem has another status than its answer';
  }
}

/** @param {string} text @returns {unknown} */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
