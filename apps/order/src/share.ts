/**
 * Shares an amount out by weight, to the last unit: each share is the exact one rounded up or down, and together they are
 * the amount. Weights are not negative, and not all zero.
 */
export function share(amount: number, weights: readonly number[]): number[] {
  const total = weights.reduce((sum, weight) => sum + BigInt(weight), 0n);
  let before = 0n;
  let given = 0n;
  return weights.map((weight) => {
    before += BigInt(weight);
    // Products of two amounts leave the integers that are exact.
    const upToHere = (BigInt(amount) * before) / total;
    const own = upToHere - given;
    given = upToHere;
    return Number(own);
  });
}
