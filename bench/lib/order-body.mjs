/**
 * An order of one or two lines, paid by a card that is accepted.
 * @param {readonly string[]} skus @param {() => number} random @param {boolean} [hotSku] the first line of all is of the first SKU
 */
export function orderBody(skus, random, hotSku = false) {
  return `{"customerId":"cus_bench","currency":"EUR","payment":{"method":"tok_visa"},"lines":[${linesOf(skus, random, hotSku)}]}`;
}

/**
 * The answer is held until the order has settled, unless nobody wants to wait.
 * @param {string} apiKey @param {string} key @param {{ wait?: boolean }} [preference]
 */
export function orderHeaders(apiKey, key, { wait = true } = {}) {
  const prefer = wait ? 'prefer: wait=10\r\n' : '';
  return `authorization: Bearer ${apiKey}\r\n${prefer}idempotency-key: ${key}\r\n`;
}

/** @param {readonly string[]} skus @param {() => number} random @param {boolean} hotSku */
function linesOf(skus, random, hotSku) {
  const first = hotSku ? 0 : Math.floor(random() * skus.length);
  const line = (/** @type {number} */ index) =>
    `{"sku":"${skus[index]}","quantity":${1 + Math.floor(random() * 3)}}`;
  if (random() < 0.5 || skus.length === 1) return line(first);
  const second = (first + 1 + Math.floor(random() * (skus.length - 1))) % skus.length;
  return `${line(first)},${line(second)}`;
}
