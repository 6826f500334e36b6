/** @param {number} ms */
export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Nothing in a bench may hang.
 * @template T
 * @param {Promise<T>} promise @param {number} ms @param {string} what
 * @returns {Promise<T>}
 */
export async function within(promise, ms, what) {
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} within ${ms} ms`)), ms);
  });
  try {
    return /** @type {T} */ (await Promise.race([promise, late]));
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Asks until the answer is empty; the wait has a deadline.
 * @param {() => Promise<string[]>} underWay what is not finished yet, in words
 * @param {number} ms
 * @returns {Promise<string[]>} what was still left then
 */
export async function untilQuiet(underWay, ms) {
  const deadline = Date.now() + ms;
  for (;;) {
    const left = await underWay();
    if (left.length === 0 || Date.now() > deadline) return left;
    await pause(100);
  }
}
