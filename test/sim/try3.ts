import { MUTANTS } from './mutants.js';
import { runSeed } from './run.js';

const max = Number(process.argv[2]);
for (const [name, tampering] of Object.entries(MUTANTS)) {
  if (process.argv[3] && !name.includes(process.argv[3])) continue;
  let s = 1;
  let r;
  for (; s <= max; s++) {
    r = await runSeed(s, { tampering });
    if (r.broken.length) break;
  }
  console.log(name, '→', s > max ? 'NOT CAUGHT' : s, r?.broken[0]?.slice(0, 100));
}
process.exit();
