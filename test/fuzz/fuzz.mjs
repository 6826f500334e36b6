import { randomUUID } from 'node:crypto';
import { Judge } from './judge.mjs';
import { requestFor, SEEN, targetsOf } from './requests.mjs';
import { send } from './send.mjs';
import { LOCATIONS, SKUS } from './values.mjs';

/**
 * @typedef {Record<string, any>} Json
 * @typedef {{ url: string, key: string, requests: number, seed: number }} Options
 * @typedef {{ statuses: Record<string, number>, targets: number, reached: number, faults: string[] }} Report
 */

const CLIENTS = 8;
const UNSEEN = {
  ord: 'ord_00000000000000000000000000',
  pay: 'pay_00000000000000000000000000',
  ref: 'ref_00000000000000000000000000',
};

/** Attacks each part of each route in turn, as often as there are requests. @param {Options} options @returns {Promise<Report>} */
export async function fuzz(options) {
  const run = new Run(options);
  await run.prepare();
  let next = 0;
  const client = async () => {
    while (next < options.requests) await run.attack(next++);
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
  return run.report();
}

class Run {
  /** @type {Record<string, number>} */
  #statuses = {};
  /** @type {string[]} */
  #faults = [];
  /** @type {Map<string, string[]>} ids that answers have had, by prefix */
  #seen = new Map();

  /** @param {Options} options */
  constructor(options) {
    this.options = options;
  }

  /** Reads the document, and puts products on the shelves. */
  async prepare() {
    const { text } = await this.#send({ method: 'GET', path: '/openapi.json', headers: {}, body: undefined });
    /** @type {Json} */
    this.document = JSON.parse(text);
    this.judge = new Judge(this.document);
    this.targets = targetsOf(this.document);
    for (const location of LOCATIONS) await this.#set('PUT', `/v1/locations/${location}`, { name: location });
    for (const sku of SKUS) {
      await this.#set('PUT', `/v1/products/${sku}`, { name: sku, price: { amount: 500, currency: 'EUR' } });
      await this.#set('POST', `/v1/stock/${sku}/adjustments`, { delta: 1_000_000, reason: 'received' });
    }
  }

  /** @param {number} index */
  async attack(index) {
    const target = /** @type {import('./requests.mjs').Target} */ (
      this.targets?.[index % this.targets.length]
    );
    const request = this.#filled(
      requestFor(/** @type {Json} */ (this.document), target, this.options.seed + index),
      index,
    );
    const fault = await this.#faultOf(target, request);
    if (fault) this.#faults.push(`#${index} ${target.part} ${target.name}: ${fault}\n    ${shown(request)}`);
  }

  /** @returns {Report} */
  report() {
    const targets = this.targets?.length ?? 0;
    const reached = Math.min(targets, this.options.requests);
    return { statuses: this.#statuses, targets, reached, faults: this.#faults };
  }

  /** @param {import('./requests.mjs').Target} target @param {import('./requests.mjs').Request} request */
  async #faultOf(target, request) {
    try {
      const answer = await this.#send(request);
      this.#statuses[answer.status] = (this.#statuses[answer.status] ?? 0) + 1;
      if (answer.status < 300) this.#remember(answer.text);
      return this.judge?.faultOf(target, answer);
    } catch (error) {
      return `no answer: ${/** @type {Error} */ (error).message}`;
    }
  }

  /** @param {import('./requests.mjs').Request} request */
  #send(request) {
    return send(this.options.url, {
      ...request,
      headers: { authorization: `Bearer ${this.options.key}`, ...request.headers },
    });
  }

  /** @param {string} method @param {string} path @param {object} value */
  async #set(method, path, value) {
    const headers = { 'content-type': 'application/json', 'idempotency-key': randomUUID() };
    const { status, text } = await this.#send({
      method,
      path,
      headers,
      body: Buffer.from(JSON.stringify(value)),
    });
    if (status >= 300) throw new Error(`${method} ${path} before the run: ${status} ${text}`);
  }

  /** Ids that are there, in the place of those that stand for them. @param {import('./requests.mjs').Request} request @param {number} index */
  #filled(request, index) {
    const put = (/** @type {string} */ text) =>
      text.replaceAll(SEEN, (_, prefix) => {
        const known = this.#seen.get(prefix);
        return known?.[index % known.length] ?? UNSEEN[/** @type {keyof typeof UNSEEN} */ (prefix)];
      });
    const { path, body } = request;
    return {
      ...request,
      path: put(path),
      body: body?.includes('~') ? Buffer.from(put(body.toString('latin1')), 'latin1') : body,
    };
  }

  /** @param {string} text */
  #remember(text) {
    for (const [id, prefix] of text.matchAll(/\b(ord|pay|ref)_[0-7][0-9a-z]{25}\b/g)) {
      const known = this.#seen.get(prefix) ?? [];
      if (known.length < 200 && !known.includes(id)) known.push(id);
      this.#seen.set(prefix, known);
    }
  }
}

/** @param {import('./requests.mjs').Request} request */
function shown({ method, path, headers, body }) {
  const text = body ? ` ${JSON.stringify(body.toString()).slice(0, 300)}` : '';
  return `${method} ${path.slice(0, 300)} ${JSON.stringify(headers).slice(0, 300)}${text}`;
}
