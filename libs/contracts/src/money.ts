import { IsInt, Max, Min, ValidateBy } from 'class-validator';

/** The largest amount of anything, in minor units. Sums are checked against it, so they stay exact integers. */
export const MAX_AMOUNT = 1_000_000_000_000;

// Their minor units are those of ISO 4217, whatever a provider or ICU counts in: MGA has hundredths, ISK has none.
const CURRENCIES = new Set(Intl.supportedValuesOf('currency'));

export function IsCurrency(): PropertyDecorator {
  return ValidateBy({
    name: 'isCurrency',
    validator: {
      validate: (value) => typeof value === 'string' && CURRENCIES.has(value),
      defaultMessage: () => 'must be an ISO 4217 currency code, for example "EUR"',
    },
  });
}

/** Integer minor units (cents for EUR, yen for JPY) and the currency they count. */
export class Money {
  @IsInt() @Min(1) @Max(MAX_AMOUNT) amount: number;
  @IsCurrency() currency: string;
}
