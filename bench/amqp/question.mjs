/** What is echoed: as long and as deep as a usual request between the services. @param {number} n */
export function question(n) {
  return {
    orderId: `ord_${String(n % 10_000_000).padStart(26, '0')}`,
    lines: [
      { sku: 'BENCH-0001', quantity: 2 },
      { sku: 'BENCH-0002', quantity: 1 },
    ],
  };
}
