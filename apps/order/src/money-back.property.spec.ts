import * as fc from 'fast-check';
import { owedBack } from './money-back.js';
import { type OrderLine } from './order.js';

const anyLine = fc.record({
  quantity: fc.integer({ min: 1, max: 1_000 }),
  unitAmount: fc.integer({ min: 1, max: 1_000_000_000 }),
});

it('gives back parts that never shrink, never exceed what was paid, and add up to all of it', () => {
  fc.assert(
    fc.property(
      fc.array(anyLine, { minLength: 1, maxLength: 5 }),
      fc.array(fc.tuple(fc.nat(4), fc.integer({ min: 1, max: 400 }), fc.boolean()), { maxLength: 20 }),
      fc.integer({ min: 1, max: 1_000_000_000_000 }),
      fc.nat(1_000_000),
      (shapes, moves, totalAmount, amount) => {
        const adjustments = [{ kind: 'shipping' as const, name: 'Post', amount }];
        const lines: OrderLine[] = shapes.map((shape, i) => ({ sku: `sku-${i}`, name: 'n', ...shape }));
        let owed = 0;
        for (const [which, asked, isReturn] of moves) {
          const at = which % lines.length;
          const line = lines[at] as OrderLine;
          const { cancelledQuantity = 0, returnedQuantity = 0 } = line;
          const quantity = Math.min(asked, line.quantity - cancelledQuantity - returnedQuantity);
          lines[at] = isReturn
            ? { ...line, returnedQuantity: returnedQuantity + quantity }
            : { ...line, cancelledQuantity: cancelledQuantity + quantity };
          const next = owedBack({ lines, adjustments, totalAmount });
          expect(next).toBeGreaterThanOrEqual(owed);
          expect(next).toBeLessThanOrEqual(totalAmount);
          owed = next;
        }
        const all = lines.map((line) => ({ ...line, cancelledQuantity: 0, returnedQuantity: line.quantity }));
        expect(owedBack({ lines: all, adjustments, totalAmount })).toBe(Math.max(0, totalAmount - amount));
      },
    ),
  );
});
