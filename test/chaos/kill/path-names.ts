/** The paths of the matrix, and what happens on each. Read by `npm run kill` as well. */
export const PATH_NAMES = {
  happy: 'an order is paid at once, and confirmed',
  'no stock': 'there is less than is wanted: rejected',
  declined: 'the payment is declined: cancelled, and the stock is free again',
  'unknown, then success':
    'the provider takes the money and its answer is lost: found out later, and confirmed',
  cancelled: 'the customer cancels while the money is only set aside: it is free again',
  refunded: 'the customer cancels what is paid: the money goes back',
  'paid by webhook': 'the customer takes a step of her own, and the provider tells of it',
  'captured when it leaves': 'the money is only set aside, and taken when the goods leave',
  returned: 'one of two comes back after it has left',
  redriven: 'a message cannot be handled, is kept as a dead letter, and is sent back',
  imported: 'a file of products is uploaded',
  unroutable: 'what is sent to stock comes back, and is left to the sweeper',
  forgotten: 'nobody pays, and stock lets go by itself',
  expired: 'nobody pays in time',
} as const;

export type PathName = keyof typeof PATH_NAMES;
