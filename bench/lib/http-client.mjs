import { connect } from 'node:net';

/**
 * One kept-alive connection with one request in flight: what a client of a closed loop needs, at a third of the CPU
 * of node:http. The load generator shares its two cores with what it measures.
 */

const ANSWER_MS = 20_000;
const HEAD_END = Buffer.from('\r\n\r\n');

/** @typedef {{ status: number, body: string }} Answer */

export class HttpClient {
  /** @type {import('node:net').Socket | undefined} */
  #socket;
  /** @type {Buffer} */
  #received = Buffer.alloc(0);
  /** @type {{ resolve: (answer: Answer) => void, reject: (error: Error) => void } | undefined} */
  #waiting;

  /** @param {string} url of the server */
  constructor(url) {
    const { hostname, port, host } = new URL(url);
    this.target = { host: hostname, port: Number(port || 80) };
    this.host = host;
  }

  /**
   * @param {string} method @param {string} path @param {string} headers lines that end in \r\n @param {string} [body]
   * @returns {Promise<Answer>}
   */
  send(method, path, headers, body = '') {
    if (this.#waiting) throw new Error('one request at a time');
    const length =
      body === '' ? '' : `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n`;
    const text = `${method} ${path} HTTP/1.1\r\nhost: ${this.host}\r\n${headers}${length}\r\n${body}`;
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#connected().write(text);
    });
  }

  close() {
    this.#socket?.destroy();
  }

  #connected() {
    if (this.#socket && !this.#socket.destroyed) return this.#socket;
    const socket = connect({ ...this.target, noDelay: true });
    this.#socket = socket;
    this.#received = Buffer.alloc(0);
    socket.setTimeout(ANSWER_MS, () => socket.destroy(new Error(`no answer within ${ANSWER_MS} ms`)));
    socket.on('data', (chunk) => this.#receive(chunk));
    socket.on('error', (error) => this.#settle(error));
    socket.on('close', () => {
      if (this.#socket === socket) this.#settle(new Error('the connection was closed'));
    });
    return socket;
  }

  /** @param {Buffer} chunk */
  #receive(chunk) {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    const headEnd = this.#received.indexOf(HEAD_END);
    if (headEnd < 0) return;
    const head = this.#received.latin1Slice(0, headEnd);
    const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
    const status = Number(head.slice(9, 12));
    // Both contenders always say how long their answer is.
    if (length === undefined && status !== 204 && status !== 304) {
      this.#socket?.destroy(new Error(`HTTP ${status} without a content-length`));
      return;
    }
    const end = headEnd + HEAD_END.length + Number(length ?? 0);
    if (this.#received.length < end) return;
    const body = this.#received.utf8Slice(headEnd + HEAD_END.length, end);
    this.#received = this.#received.subarray(end);
    if (/\r\nconnection: *close/i.test(head)) this.#socket?.end();
    this.#settle({ status, body });
  }

  /** @param {Answer | Error} outcome */
  #settle(outcome) {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (outcome instanceof Error) waiting?.reject(outcome);
    else waiting?.resolve(outcome);
  }
}
