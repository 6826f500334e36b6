import { Agent, request as open } from 'node:http';

/** Longer than anything that a client may prefer to wait. */
const ANSWER_MS = 15_000;

const agent = new Agent({ keepAlive: true });

/**
 * As it is: no path is tidied up, no header added but what HTTP needs.
 * @param {string} url @param {import('./requests.mjs').Request} request
 * @returns {Promise<import('./judge.mjs').Answer>}
 */
export function send(url, { method, path, headers, body }) {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const length = body ? { 'content-length': body.length } : {};
    const options = { agent, hostname, port, method, path, headers: { ...headers, ...length } };
    const sent = open({ ...options, signal: AbortSignal.timeout(ANSWER_MS) }, (response) => {
      /** @type {Buffer[]} */
      const chunks = [];
      const type = response.headers['content-type'] ?? '';
      const done = () =>
        resolve({ status: response.statusCode ?? 0, type, text: Buffer.concat(chunks).toString() });
      response.on('error', reject);
      response.on('end', done);
      response.on('data', (chunk) => {
        chunks.push(chunk);
        if (!type.startsWith('text/event-stream')) return;
        // It may go on for as long as its order waits for something.
        done();
        response.destroy();
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
