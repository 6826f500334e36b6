import { KEY_PROBLEMS, type Operation } from '../http/operation.js';

const CSV =
  'sku,name,price,currency,onHand\nTEA-001,Sencha,1999,EUR,120\nTEA-002,"Earl Grey, loose",899,EUR,80\n';
const NDJSON =
  '{"sku":"TEA-001","name":"Sencha","price":1999,"currency":"EUR","onHand":120}\n{"sku":"TEA-002","delta":-3}\n';

/** Many products and levels at once. */
export const IMPORT_OPERATIONS: readonly Operation[] = [
  {
    method: 'post',
    path: '/v1/stock/imports',
    id: 'importStock',
    tag: 'Stock',
    summary: 'Import products and levels, as CSV or NDJSON',
    description:
      'Applied row by row while it is uploaded, however long it is. A row has `sku`, and what of `name`, `price` (minor ' +
      'units) with `currency`, `prices` in other currencies, `active`, `onHand` (a count) or `delta` (a change) shall change. A row with a fault ' +
      'changes nothing; the others apply all the same, and `GET /v1/stock/imports/{id}/errors` lists what was wrong. ' +
      'After a broken connection, or any 5xx, send the same body again with the same key: it goes on where it stopped.',
    parameters: ['IdempotencyKey'],
    uploads: { 'text/csv': CSV, 'application/x-ndjson': NDJSON },
    answers: [
      {
        status: 200,
        description: 'All rows have been read.',
        schema: 'ImportView',
        headers: ['Location', 'Idempotency-Replayed'],
      },
    ],
    problems: KEY_PROBLEMS,
  },
  {
    method: 'get',
    path: '/v1/stock/imports',
    id: 'listImports',
    tag: 'Stock',
    summary: 'List imports, newest first',
    parameters: [],
    query: 'ListQuery',
    answers: [{ status: 200, description: 'A page of imports.', schema: 'ImportPage' }],
    problems: ['cursor-invalid'],
  },
  {
    method: 'get',
    path: '/v1/stock/imports/{id}',
    id: 'getImport',
    tag: 'Stock',
    summary: 'Read how far an import has come',
    description: 'Also while it is uploaded. `interrupted` is one of which nothing has come for a minute.',
    parameters: ['ImportId'],
    answers: [{ status: 200, description: 'The import.', schema: 'ImportView' }],
    problems: ['import-not-found'],
  },
  {
    method: 'get',
    path: '/v1/stock/imports/{id}/errors',
    id: 'listImportErrors',
    tag: 'Stock',
    summary: 'List what was wrong with which line of an import',
    description: 'The first 1 000 errors. `faults` of the import counts all of them.',
    parameters: ['ImportId'],
    query: 'ListQuery',
    answers: [{ status: 200, description: 'A page of errors.', schema: 'ImportErrorPage' }],
    problems: ['import-not-found', 'cursor-invalid'],
  },
];
