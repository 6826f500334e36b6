/** What the examples of the API reference have in common. */
export const price = { amount: 1999, currency: 'EUR' };
export const total = { amount: 3998, currency: 'EUR' };
export const order = 'ord_01kaqyj5m8e2w9x4t7r0v3b6nd';
export const payment = 'pay_01kaqyj5m8e2w9x4t7r0v3b6ne';
export const createdAt = '2026-11-23T10:00:00.000Z';
export const updatedAt = '2026-11-23T10:00:00.041Z';
