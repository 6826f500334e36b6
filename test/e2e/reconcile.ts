import { execFile } from 'node:child_process';
import { type Shop } from './shop.js';

/** `npm run reconcile`, as an operator would, in the environment of the payment service. */
export function reconcileByHand(
  { stack }: Shop,
  ...args: readonly string[]
): Promise<{ code: number; out: string }> {
  const env = { PATH: process.env.PATH, ...stack.environment() };
  return new Promise((resolve) => {
    execFile('node_modules/.bin/node', ['tools/reconcile.mjs', ...args], { env }, (error, out, err) =>
      resolve({ code: Number(error?.code ?? 0), out: out + err }),
    );
  });
}
