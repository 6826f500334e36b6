import { Worker } from './worker.mjs';

/**
 * The three services without a store. Their books are what was answered: there is nothing else that could be read.
 * @param {{ skus: readonly string[], onHand: number }} shelves
 * @returns {Promise<import('./targets.mjs').Target>}
 */
export async function openFlaskStyle({ skus, onHand }) {
  /** @type {Worker[]} */
  const workers = [];
  const start = async (/** @type {object} */ config) => {
    const worker = await Worker.start('flask-style.mjs', config);
    workers.push(worker);
    return worker.info.url;
  };
  const close = async () => {
    for (const worker of workers.toReversed()) await worker.stop();
  };
  try {
    const stock = await start({
      role: 'stock',
      levels: Object.fromEntries(skus.map((sku) => [sku, onHand])),
    });
    const payment = await start({ role: 'payment' });
    const url = await start({ role: 'order', urls: { stock, payment } });
    return {
      name: 'three services without a store',
      url,
      apiKey: '',
      groups: { services: () => workers.map(({ pid }) => pid) },
      books: { afterRun: async () => [], atEnd: async () => [] },
      putOnSale: async (sku, count) => {
        await fetch(`${stock}/stock/${sku}`, {
          method: 'PUT',
          body: JSON.stringify({ onHand: count }),
          headers: { 'content-type': 'application/json' },
        });
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
