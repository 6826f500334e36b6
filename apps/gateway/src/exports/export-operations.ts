import { type Operation } from '../http/operation.js';

const CSV = 'sku,name,price,currency,prices,active,onHand\nTEA-001,Sencha,1999,EUR,JPY:330,true,120\n';
const NDJSON =
  '{"sku":"TEA-001","name":"Sencha","price":1999,"currency":"EUR","prices":[],"active":true,"onHand":120}\n';

export const EXPORT_OPERATIONS: readonly Operation[] = [
  {
    method: 'get',
    path: '/v1/stock/exports',
    id: 'exportStock',
    tag: 'Stock',
    summary: 'Export all products and levels, as CSV or NDJSON',
    description:
      'In the order of SKUs, as an import takes them. `format` says which, else `Accept`, else it is CSV. What changes ' +
      'meanwhile is there as it was before or after; what was there all the time is there once.',
    parameters: [],
    query: 'ExportQuery',
    answers: [
      {
        status: 200,
        description: 'All products. A download that ends in the middle has been broken off.',
        texts: { 'text/csv': CSV, 'application/x-ndjson': NDJSON },
        headers: ['Content-Disposition'],
      },
    ],
    problems: [],
  },
];
