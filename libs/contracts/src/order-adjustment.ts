import { IsIn, IsInt, Max, Min, ValidateBy } from 'class-validator';
import { MAX_AMOUNT } from './money.js';
import { IsFreeText } from './text.js';

export const ADJUSTMENT_KINDS = ['shipping', 'tax', 'discount'] as const;
export type AdjustmentKind = (typeof ADJUSTMENT_KINDS)[number];

/** A discount takes away, everything else adds. */
function HasSignOfKind(): PropertyDecorator {
  return ValidateBy({
    name: 'hasSignOfKind',
    validator: {
      validate: (amount, args) =>
        (args?.object as OrderAdjustment | undefined)?.kind === 'discount' ? amount <= 0 : amount >= 0,
      defaultMessage: () => 'must not be above 0 for a discount, nor below 0 for anything else',
    },
  });
}

/** An amount beside the lines: part of the order's total, in its currency. */
export class OrderAdjustment {
  @IsIn(ADJUSTMENT_KINDS) kind: AdjustmentKind;
  @IsFreeText(100) name: string;
  /** Minor units; below 0 for a discount. */
  @IsInt() @Min(-MAX_AMOUNT) @Max(MAX_AMOUNT) @HasSignOfKind() amount: number;
}
