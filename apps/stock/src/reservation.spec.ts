import { reserveStock } from '#contracts';
import {
  body,
  commit,
  DUE,
  due,
  giveBack,
  HOLD,
  later,
  of,
  put,
  release,
  reserve,
  START,
  warehouse,
} from '../test/warehouse.js';
import { type StockMessage } from './stock.js';

describe('a reservation', () => {
  it('holds every line and answers with names, prices and the end of the hold', () => {
    const stock = warehouse({ tea: 5, cup: 3 });
    expect(body(stock.tell(reserve({ tea: 2, cup: 3 })))).toEqual({
      orderId: 'ord_1',
      lines: [
        { sku: 'tea', name: 'TEA', quantity: 2, unitPrice: { amount: 250, currency: 'EUR' } },
        { sku: 'cup', name: 'CUP', quantity: 3, unitPrice: { amount: 250, currency: 'EUR' } },
      ],
      expiresAt: later(HOLD.holdMs).toISOString(),
    });
    expect([stock.level('tea'), stock.level('cup')]).toEqual([
      [5, 2],
      [3, 3],
    ]);
  });

  it('holds nothing when one line is short, and lists every short SKU', () => {
    const stock = warehouse({ tea: 5, cup: 1, pot: 0 });
    expect(body(stock.tell(reserve({ tea: 2, cup: 3, pot: 1 })))).toEqual({
      orderId: 'ord_1',
      code: 'out_of_stock',
      items: [
        { sku: 'cup', requested: 3, available: 1 },
        { sku: 'pot', requested: 1, available: 0 },
      ],
    });
    expect([stock.level('tea'), stock.status()]).toEqual([[5, 0], 'rejected']);
  });

  it('names the worst fault: unknown before inactive before out of stock', () => {
    const stock = warehouse({ tea: 1 });
    stock.tell(put('old', { active: false }));
    expect(body(stock.tell(reserve({ tea: 2, old: 1, none: 1 })))).toMatchObject({
      code: 'unknown_product',
      items: [{ sku: 'none', requested: 1, available: 0 }],
    });
    expect(body(stock.tell(reserve({ tea: 2, old: 1 }, 'ord_2')))).toMatchObject({
      code: 'inactive_product',
      items: [{ sku: 'old', requested: 1, available: 0 }],
    });
  });

  it('adds up two lines of one SKU', () => {
    const stock = warehouse({ tea: 3 });
    const lines = [
      { sku: 'tea', quantity: 2 },
      { sku: 'tea', quantity: 2 },
    ];
    expect(body(stock.tell(of(reserveStock, { orderId: 'ord_1', lines })))).toMatchObject({
      items: [{ sku: 'tea', requested: 4, available: 3 }],
    });
  });

  it('makes one version and one movement of a level for each order', () => {
    const stock = warehouse({ tea: 3 });
    stock.tell(reserve({ tea: 1 }));
    stock.tell(reserve({ tea: 2 }, 'ord_2'));
    expect(stock.movements.map(({ seq, kind }) => [seq, kind])).toEqual([
      [2, 'received'],
      [3, 'reserved'],
      [4, 'reserved'],
    ]);
  });

  it('is let go only when the hold and the grace after it are over', () => {
    const stock = warehouse({ tea: 1 });
    stock.tell(reserve({ tea: 1 }));
    stock.tell(due(), new Date(DUE.getTime() - 1));
    expect(stock.status()).toBe('held');
    expect(body(stock.tell(due(), DUE))).toEqual({ orderId: 'ord_1' });
    expect([stock.status(), stock.level()]).toEqual(['expired', [1, 0]]);
  });

  it('gets the goods after the hold ran out if all of them are still there', () => {
    const stock = warehouse({ tea: 2 });
    stock.tell(reserve({ tea: 2 }));
    stock.tell(due(), DUE);
    stock.tell(commit(), DUE);
    expect([stock.status(), stock.level()]).toEqual(['committed', [0, 0]]);
  });

  it('takes no goods after the hold ran out when the release overtakes the commit', () => {
    const stock = warehouse({ tea: 2 });
    stock.tell(reserve({ tea: 2 }));
    stock.tell(due(), DUE);
    stock.tell(release(), DUE);
    expect([stock.status(), stock.level()]).toEqual(['released', [2, 0]]);
    stock.tell(commit(), DUE);
    stock.tell(release(), DUE);
    expect([stock.status(), stock.level()]).toEqual(['commit_refused', [2, 0]]);
  });

  it('is refused for good when the goods are gone after the hold ran out', () => {
    const stock = warehouse({ tea: 2 });
    stock.tell(reserve({ tea: 2 }));
    stock.tell(due(), DUE);
    stock.tell(reserve({ tea: 1 }, 'ord_2'), DUE);
    stock.tell(commit(), DUE);
    stock.tell(release('ord_2'), DUE);
    stock.tell(commit(), DUE);
    expect([stock.status(), stock.level()]).toEqual(['commit_refused', [2, 0]]);
    expect(stock.sent.filter((name) => name === 'stock.commit_refused.v1')).toHaveLength(1);
  });
});

describe('what an order gives back in part', () => {
  it('is there again, once for each return', () => {
    const stock = warehouse({ tea: 5, cup: 1 });
    stock.tell(reserve({ tea: 3, cup: 1 }));
    stock.tell(commit());
    for (const id of ['ret_1', 'ret_1', 'ret_2', 'ret_1']) stock.tell(giveBack({ tea: 1 }, id));
    expect([stock.level('tea'), stock.level('cup'), stock.status()]).toEqual([[4, 0], [0, 0], 'committed']);
    expect(stock.movements.filter(({ kind }) => kind === 'returned')).toHaveLength(2);
  });

  it('makes no difference when it overtakes the commit', () => {
    const stock = warehouse({ tea: 5 });
    stock.tell(reserve({ tea: 3 }));
    stock.tell(giveBack({ tea: 2 }));
    expect(stock.level()).toEqual([5, 1]);
    stock.tell(commit());
    stock.tell(giveBack({ tea: 2 }));
    expect([stock.level(), stock.status()]).toEqual([[4, 0], 'committed']);
  });

  it('is not needed again when a commit comes after the end of the hold', () => {
    const stock = warehouse({ tea: 3 });
    stock.tell(reserve({ tea: 3 }));
    stock.tell(due(), DUE);
    stock.tell(giveBack({ tea: 2 }), DUE);
    stock.tell(reserve({ tea: 2 }, 'ord_2'), DUE);
    stock.tell(commit(), DUE);
    expect([stock.level(), stock.status()]).toEqual([[2, 2], 'committed']);
  });

  it('is a defect when it is more than was taken, or was never reserved', () => {
    const stock = warehouse({ tea: 5 });
    expect(() => stock.tell(giveBack({ tea: 1 }))).toThrow('never reserved');
    stock.tell(reserve({ tea: 3 }));
    expect(() => stock.tell(giveBack({ tea: 4 }))).toThrow('too many');
  });
});

/** What brings a new order's reservation into each status, and what is sent on the way. */
const INTO = {
  unknown: [],
  held: [reserve({ tea: 1 })],
  committed: [reserve({ tea: 1 }), commit()],
  returned: [reserve({ tea: 1 }), commit(), release()],
  released: [reserve({ tea: 1 }), release()],
  expired: [reserve({ tea: 1 }), due()],
  rejected: [reserve({ tea: 100 })],
  commit_refused: [commit()],
} as const satisfies Record<string, readonly StockMessage[]>;

describe.each([
  // status, message → status, on hand, reserved, sent
  ['unknown', reserve({ tea: 1 }), 'held', 9, 1, ['stock.reserved.v1']],
  ['unknown', release(), 'released', 9, 0, []],
  ['unknown', commit(), 'commit_refused', 9, 0, ['stock.commit_refused.v1']],
  ['unknown', due(), undefined, 9, 0, []],
  ['held', reserve({ tea: 1 }), 'held', 9, 1, []],
  ['held', release(), 'released', 9, 0, []],
  ['held', commit(), 'committed', 8, 0, []],
  ['held', due(), 'expired', 9, 0, ['stock.expired.v1']],
  ['committed', reserve({ tea: 1 }), 'committed', 8, 0, []],
  ['committed', release(), 'returned', 9, 0, []],
  ['committed', commit(), 'committed', 8, 0, []],
  ['committed', due(), 'committed', 8, 0, []],
  ['held', giveBack({ tea: 1 }), 'held', 9, 0, []],
  ['committed', giveBack({ tea: 1 }), 'committed', 9, 0, []],
  ['returned', giveBack({ tea: 1 }), 'returned', 9, 0, []],
  ['released', giveBack({ tea: 1 }), 'released', 9, 0, []],
  ['expired', giveBack({ tea: 1 }), 'expired', 9, 0, []],
  ['rejected', giveBack({ tea: 1 }), 'rejected', 9, 0, []],
  ['commit_refused', giveBack({ tea: 1 }), 'commit_refused', 9, 0, []],
  ['returned', reserve({ tea: 1 }), 'returned', 9, 0, []],
  ['returned', release(), 'returned', 9, 0, []],
  ['returned', commit(), 'returned', 9, 0, []],
  ['returned', due(), 'returned', 9, 0, []],
  ['released', reserve({ tea: 1 }), 'released', 9, 0, []],
  ['released', release(), 'released', 9, 0, []],
  ['released', commit(), 'commit_refused', 9, 0, ['stock.commit_refused.v1']],
  ['released', due(), 'released', 9, 0, []],
  ['expired', reserve({ tea: 1 }), 'expired', 9, 0, []],
  ['expired', release(), 'released', 9, 0, []],
  ['expired', commit(), 'committed', 8, 0, []],
  ['expired', due(), 'expired', 9, 0, []],
  ['rejected', reserve({ tea: 1 }), 'rejected', 9, 0, []],
  ['rejected', release(), 'rejected', 9, 0, []],
  ['rejected', commit(), 'commit_refused', 9, 0, ['stock.commit_refused.v1']],
  ['rejected', due(), 'rejected', 9, 0, []],
  ['commit_refused', reserve({ tea: 1 }), 'commit_refused', 9, 0, []],
  ['commit_refused', release(), 'commit_refused', 9, 0, []],
  ['commit_refused', commit(), 'commit_refused', 9, 0, []],
  ['commit_refused', due(), 'commit_refused', 9, 0, []],
] as const)('a reservation that is %s', (status, told, then, onHand, reserved, sent) => {
  it(`is ${then} after ${told.type}`, () => {
    const stock = warehouse({ tea: 9 });
    for (const step of INTO[status]) stock.tell(step, step.type === 'hold.due' ? DUE : START);
    const before = stock.sent.length;
    stock.tell(told, told.type === 'hold.due' ? DUE : START);
    expect([stock.status(), stock.level(), stock.sent.slice(before)]).toEqual([
      then,
      [onHand, reserved],
      sent,
    ]);
  });
});
