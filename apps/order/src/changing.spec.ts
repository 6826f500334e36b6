import {
  AFTER_HOLD,
  HOLD_ENDS,
  having,
  MESSAGES,
  message,
  type Name,
  names,
  orderOf,
  paid,
  placement,
  sentOf,
  tell,
  unpaid,
} from '../test/world.js';

const asked: Name[] = ['reserved', 'change'];
const change = (more: object) => message('order.change.v1', { ...MESSAGES.change.data, ...more });

describe('an order that awaits payment', () => {
  it('asks the stock for other lines, and is as it was until it is answered', () => {
    const run = having(unpaid, 'reserved');
    const before = orderOf(run);
    expect(tell(run, MESSAGES.change).answer).toMatchObject({ status: 'awaiting_payment', version: 3 });
    expect(orderOf(run)).toMatchObject({ phase: 'changing', lines: before.lines, deadlineAt: HOLD_ENDS });
    expect(sentOf(run, 'stock.change.v1')).toEqual([
      expect.objectContaining({ change: 3, currency: 'EUR', least: 1, most: 1_000_000_000_000 }),
    ]);
  });

  it('has the new lines at their new prices when they are held, and tells whoever waits', () => {
    const run = having(unpaid, ...asked);
    const { notify } = tell(run, MESSAGES.changed);
    expect(orderOf(run)).toMatchObject({
      phase: 'awaiting_payment',
      totalAmount: 750,
      lines: [{ sku: 'TEA', quantity: 3, unitAmount: 250 }],
      expiresAt: HOLD_ENDS,
    });
    expect(notify).toMatchObject([{ data: { status: 'awaiting_payment', total: { amount: 750 } } }]);
    tell(run, MESSAGES.pay);
    expect(sentOf(run, 'payment.charge.v1')).toMatchObject([{ amount: { amount: 750 } }]);
  });

  it('is as it was when they are not, and says why', () => {
    const run = having(unpaid, 'reserved');
    const { lines, totalAmount } = orderOf(run);
    tell(run, MESSAGES.change);
    const { notify } = tell(run, MESSAGES.changeRefused);
    expect(orderOf(run)).toMatchObject({ phase: 'awaiting_payment', lines, totalAmount });
    expect(notify).toMatchObject([
      { data: { refused: { code: 'out_of_stock', items: [{ available: 2 }] } } },
    ]);
    expect(run.steps.at(-1)?.detail).toMatchObject({ refused: { code: 'out_of_stock' } });
  });

  it('wants the lines to cost what is expected, less its adjustments', () => {
    const adjustments = [{ kind: 'shipping', name: 'Standard', amount: 490 }];
    const run = having(placement(undefined, { adjustments }), 'reserved');
    tell(
      run,
      change({
        request: { ...MESSAGES.change.data, lines: [], expectedTotal: { amount: 1_240, currency: 'EUR' } },
      }),
    );
    expect(sentOf(run, 'stock.change.v1')).toMatchObject([{ least: 750, most: 750 }]);
    tell(run, MESSAGES.changed);
    expect(orderOf(run).totalAmount).toBe(1_240);
  });

  it('heeds only the answer to the change that it waits for', () => {
    const run = having(unpaid, ...asked, 'changeRefused', 'changed', 'changeRefused');
    expect(orderOf(run)).toMatchObject({ phase: 'awaiting_payment', version: 4, totalAmount: 500 });
    tell(run, change({ expectedVersion: 4 }));
    const before = orderOf(run);
    tell(run, MESSAGES.changed);
    expect(orderOf(run)).toBe(before);
  });

  it('heeds the answer also when a note was added meanwhile', () => {
    const run = having(unpaid, ...asked);
    const idempotency = { key: 'k9', fingerprint: 'f9' };
    tell(run, message('order.note.v1', { idempotency, note: { text: 'Call first.' }, author: 'ops' }));
    tell(run, MESSAGES.changed);
    expect(orderOf(run)).toMatchObject({ phase: 'awaiting_payment', version: 5, totalAmount: 750 });
  });

  it.each<Name>(['cancel', 'deadline', 'expired'])(
    'is cancelled by %s meanwhile, whatever the stock answers',
    (name) => {
      const run = having(unpaid, ...asked);
      tell(run, MESSAGES[name], AFTER_HOLD);
      const before = orderOf(run);
      expect(before.phase).toBe('cancelled');
      expect(names(run)).toContain('stock.release.v1');
      tell(run, MESSAGES.changed);
      tell(run, MESSAGES.changeRefused);
      expect(orderOf(run)).toBe(before);
    },
  );
});

it.each<[string, Parameters<typeof having>, object, string]>([
  ['that is paid', [paid, 'reserved', 'captured'], { expectedVersion: 3 }, 'order-not-changeable'],
  ['that is being paid', [unpaid, 'reserved', 'pay'], { expectedVersion: 3 }, 'order-not-changeable'],
  ['that is being changed', [unpaid, ...asked], { expectedVersion: 3 }, 'order-not-changeable'],
  ['that has changed since', [unpaid, 'reserved'], { expectedVersion: 1 }, 'version-mismatch'],
  [
    'of another currency than the total',
    [unpaid, 'reserved'],
    { request: { lines: [], expectedTotal: { amount: 1, currency: 'USD' } } },
    'validation-failed',
  ],
])('an order %s is not changed', (_, history, more, code) => {
  const run = having(...history);
  const before = orderOf(run);
  expect(() => tell(run, change(more))).toThrow(code);
  expect(orderOf(run)).toBe(before);
});

it('an order that is being changed is not paid', () => {
  expect(() => having(unpaid, ...asked, 'pay')).toThrow('order-not-payable');
});
