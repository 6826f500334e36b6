/** What clients ask of an order that they have placed. */
export const KINDS = [
  'cancel',
  'note',
  'pay by card',
  'pay by card later',
  'pay by card after a step',
  'pay by card after a step, later',
  'pay by bad card',
  'change',
  'fulfil',
  'fulfil one',
  'return one',
  'return one broken',
  'capture',
  'capture part',
  'void',
  'refund',
  'refund part',
] as const;
export type Kind = (typeof KINDS)[number];
