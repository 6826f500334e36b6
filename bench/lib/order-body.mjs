/**
 * An order of one or two lines, paid by a card that is accepted.
 * @param {readonly string[]} skus @param {() => number} random
 */
export function orderBody(skus, random) {
  return `{"customerId":"cus_bench","currency":"EUR","payment":{"method":"tok_visa"},"lines":[${linesOf(skus, random)}]}`;
}

/** The answer is held until the order has settled. @param {string} apiKey @param {string} key */
export function orderHeaders(apiKey, key) {
  return `authorization: Bearer ${apiKey}\r\nprefer: wait=10\r\nidempotency-key: ${key}\r\n`;
}

/** @param {readonly string[]} skus @param {() => number} random */
function linesOf(skus, random) {
  const first = Math.floor(random() * skus.length);
  const line = (/** @type {number} */ index) =>
    `{"sku":"${skus[index]}","quantity":${1 + Math.floor(random() * 3)}}`;
  if (random() < 0.5 || skus.length === 1) return line(first);
  const second = (first + 1 + Math.floor(random() * (skus.length - 1))) % skus.length;
  return `${line(first)},${line(second)}`;
}
