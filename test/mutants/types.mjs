import { faultsOfTypes } from './layers.mjs';

/** @typedef {import('./mutant.mjs').Mutant} Mutant @typedef {import('./tree.mjs').Tree} Tree */

/**
 * What the compiler says against each bug, by name. Bugs in different files are compiled together, and one by one only
 * when that fails: a handful of runs instead of one for each.
 * @param {readonly Mutant[]} mutants @param {Tree} tree @returns {Promise<Map<string, string>>}
 */
export async function faultsByName(mutants, tree) {
  /** @type {Map<string, string>} */
  const faults = new Map();
  for (const group of compatible(mutants)) {
    if ((await compiled(group, tree)) === undefined) continue;
    for (const mutant of group) {
      const fault = await compiled([mutant], tree);
      if (fault !== undefined) faults.set(mutant.name, fault);
    }
  }
  return faults;
}

/** @param {readonly Mutant[]} mutants @param {Tree} tree */
async function compiled(mutants, tree) {
  for (const mutant of mutants) tree.spoil(mutant);
  try {
    return await faultsOfTypes(tree);
  } finally {
    tree.mend();
  }
}

/** Groups in which no two change the same file. @param {readonly Mutant[]} mutants @returns {Mutant[][]} */
export function compatible(mutants) {
  /** @type {{ readonly files: Set<string>, readonly members: Mutant[] }[]} */
  const groups = [];
  for (const mutant of mutants) {
    const files = mutant.hunks.map(({ file }) => file);
    const group = groups.find((one) => files.every((file) => !one.files.has(file)));
    if (!group) {
      groups.push({ files: new Set(files), members: [mutant] });
      continue;
    }
    group.members.push(mutant);
    for (const file of files) group.files.add(file);
  }
  return groups.map(({ members }) => members);
}
