import { type Operation } from '../http/operation.js';

/** What is made of the event log. */
export const REPORT_OPERATIONS: readonly Operation[] = [
  {
    method: 'get',
    path: '/v1/reports/sales',
    id: 'getSales',
    tag: 'Reports',
    summary: 'Read what was sold, by day or by SKU',
    description:
      'One row for each currency; days are those of UTC, `from` and `to` are the first and the last one, 30 days unless told, at most 366. ' +
      'A sale counts on the day when its order is confirmed, what comes back on the day when it does: refunds, voids, and ' +
      'what a capture releases. `asOf` says how fresh the report is; usually that is a second ago.',
    parameters: [],
    query: 'SalesQuery',
    answers: [{ status: 200, description: 'A page of the report.', schema: 'SalesReport' }],
    problems: ['cursor-invalid'],
  },
  {
    method: 'post',
    path: '/v1/reports/sales/rebuild',
    id: 'rebuildSales',
    tag: 'Reports',
    summary: 'Make the report on sales anew',
    description:
      'From the events that are kept, and what was counted of older ones. The report that there is stays and goes on, until ' +
      'the new one has caught up and takes its place. Asked for while one is being made, it begins no other.',
    parameters: [],
    answers: [{ status: 202, description: 'It is being made.', schema: 'SalesRebuild' }],
    problems: [],
  },
  {
    method: 'get',
    path: '/v1/reports/sales/rebuild',
    id: 'getSalesRebuild',
    tag: 'Reports',
    summary: 'Read how far the new report on sales is',
    parameters: [],
    answers: [{ status: 200, description: 'How far it is.', schema: 'SalesRebuild' }],
    problems: [],
  },
];
