import { existsSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { Usage } from './usage.mjs';

const ANSWER_MS = 10_000;
/** Written by npm start. */
const DEVELOPMENT = new URL('../../.data/development.env', import.meta.url);

/** Asks a gateway; a refusal is an error with the gateway's own words. */
export class Gateway {
  #url;
  #key;

  /** @param {{ url?: string | undefined, key?: string | undefined }} options */
  constructor({ url, key }) {
    const local = existsSync(DEVELOPMENT) ? parseEnv(readFileSync(DEVELOPMENT, 'utf8')) : {};
    this.#url = url ?? process.env.WAYBILL_URL ?? local.WAYBILL_URL;
    this.#key = key ?? process.env.WAYBILL_API_KEY ?? local.WAYBILL_API_KEY;
    if (!this.#url || !this.#key) {
      throw new Usage('No gateway is known: start one with npm start, or say --url and --key.');
    }
  }

  /** @param {'GET' | 'POST'} method @param {string} path @param {object} [body] @returns {Promise<any>} */
  async ask(method, path, body) {
    const answer = await fetch(`${this.#url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.#key}`,
        ...(body && { 'content-type': 'application/json' }),
      },
      ...(body && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(ANSWER_MS),
    }).catch((/** @type {Error} */ error) => {
      throw new Error(`${this.#url} does not answer (${error.message}): is the gateway up?`);
    });
    const text = await answer.text();
    if (answer.ok) return JSON.parse(text);
    const { title = `HTTP ${answer.status}`, detail = text.slice(0, 200), type = '' } = problemOf(text);
    throw new Error(`${title}. ${detail}${type && `\nSee ${this.#url}${type}`}`);
  }
}

/** @param {string} text @returns {{ title?: string, detail?: string, type?: string }} */
function problemOf(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
