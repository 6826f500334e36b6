/**
 * Is every accepted order there exactly once, confirmed, and no other order?
 * @param {{
 *   pool: import('pg').Pool, state: string, placed: readonly { id: string }[], accepted: number, lost: number,
 * }} question `state`: SQL for an order's state; `accepted` and `lost`: requests so far, answered and not
 * @returns {Promise<string[]>} what is wrong, in words
 */
export async function presenceFaults({ pool, state, placed, accepted, lost }) {
  const faults = [];
  const ids = new Set(placed.map(({ id }) => id));
  if (ids.size !== placed.length)
    faults.push(`${placed.length - ids.size} answers share an order with another one`);
  const { rows } = await pool.query(
    `select ${state} as state, count(*)::int as count from orders where id = any($1::text[]) group by 1`,
    [[...ids]],
  );
  const found = Object.fromEntries(rows.map((row) => [row.state, row.count]));
  const there = rows.reduce((sum, { count }) => sum + count, 0);
  if (there !== ids.size) faults.push(`${ids.size - there} accepted orders are missing`);
  if ((found.confirmed ?? 0) !== there) faults.push(`accepted orders are ${JSON.stringify(found)}`);
  const total = (await pool.query('select count(*)::int as count from orders')).rows[0].count;
  if (total < accepted || total > accepted + lost) {
    faults.push(
      `${accepted} orders were accepted, ${lost} requests had no good answer, ${total} orders exist`,
    );
  }
  return faults;
}
