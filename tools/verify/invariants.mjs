import { existsSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';
import { inRoot } from '../infra/root.mjs';
import { Trouble } from '../infra/say.mjs';

/** @typedef {'order' | 'payment' | 'stock'} Service */
/** @typedef {{ id: string, name: string, sql: string }} Invariant */
/** @typedef {{ query(sql: string): Promise<{ rows: any[] }> }} Queryable */
/**
 * @typedef {object} Invariants
 * @property {Readonly<Record<Service, readonly Invariant[]>>} own of each service, as it checks them itself
 * @property {readonly (readonly [Service, string, string])[]} underWay what is not finished yet: whose, in words, from which rows
 * @property {(databases: Readonly<Record<Service, Queryable>>) => Promise<string[]>} crossServiceViolations
 */

/** Those of the built services, and those across them, which no service can see alone. @returns {Promise<Invariants>} */
export async function loadInvariants() {
  const [order, payment, stock] = await Promise.all(['order', 'payment', 'stock'].map(ofService));
  const { crossServiceViolations } = await loadTypeScript(inRoot('test/invariants/across.ts'));
  const { UNDER_WAY: underWay } = await loadTypeScript(inRoot('test/invariants/under-way.ts'));
  return {
    own: {
      order: order?.orderInvariants,
      payment: payment?.paymentInvariants,
      stock: stock?.stockInvariants,
    },
    underWay,
    crossServiceViolations,
  };
}

/** @param {string} name */
function ofService(name) {
  const path = inRoot(`dist/apps/${name}/src/invariants.store.js`);
  if (!existsSync(path)) throw new Trouble('The services are not built.', 'Run "npm run build" first.');
  return import(path);
}

/** Run as it is: Node strips the types, a hook finds the `.ts` behind a `.js`. @param {string} path */
async function loadTypeScript(path) {
  const hooks = registerHooks({
    resolve(specifier, context, next) {
      const source = /^\.{1,2}\/.*\.js$/.test(specifier) && specifier.replace(/\.js$/, '.ts');
      if (!source || !context.parentURL?.endsWith('.ts')) return next(specifier, context);
      const isThere = existsSync(fileURLToPath(new URL(source, context.parentURL)));
      return next(isThere ? source : specifier, context);
    },
  });
  try {
    return await import(path);
  } finally {
    hooks.deregister();
  }
}
