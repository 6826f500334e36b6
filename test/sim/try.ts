import { runSeed } from './run.js';
const from = Number(process.argv[2] ?? 1), n = Number(process.argv[3] ?? 200);
const t = performance.now(); let steps = 0; const bad: Record<string, number[]> = {};
for (let seed = from; seed < from + n; seed++) {
  const r = await runSeed(seed, { remember: n === 1 });
  steps += r.steps;
  if (n === 1) for (const h of r.history) console.log(h.at, h.kind.padEnd(16), h.name);
  if (r.broken.length) { const k = r.broken[0]!.slice(0, n === 1 ? 3000 : 110); (bad[k] ??= []).push(seed); }
}
const ms = performance.now() - t;
for (const [k, v] of Object.entries(bad).sort((a,b)=>b[1].length-a[1].length)) console.log(v.length, v.slice(0, 3), k);
console.log(n, 'seeds', (ms / n).toFixed(2), 'ms each', (steps / n).toFixed(0), 'steps');
