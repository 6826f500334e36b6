import { type Operation } from '../http/operation.js';

export const LEDGER_OPERATIONS: readonly Operation[] = [
  {
    method: 'get',
    path: '/v1/ledger',
    id: 'listLedger',
    tag: 'Payments',
    summary: 'Read the postings of a period, oldest first, with the balances before and after it',
    description:
      'From `from` on and before `to`, of all payments. `limit` counts journals; with `account` their postings to it are ' +
      'shown. The first page has the `balances`: debits minus credits when the period began and when it ended.',
    parameters: [],
    query: 'LedgerQuery',
    answers: [{ status: 200, description: 'A page of postings.', schema: 'LedgerPeriodPage' }],
    problems: ['cursor-invalid'],
  },
  {
    method: 'get',
    path: '/v1/ledger/trial-balance',
    id: 'getTrialBalance',
    tag: 'Payments',
    summary: 'Read the balance of every account',
    description:
      'Of all that was posted before `at`, or until now. The `balance` of each currency in `totals` is always zero.',
    parameters: [],
    query: 'TrialBalanceQuery',
    answers: [{ status: 200, description: 'The balances.', schema: 'TrialBalance' }],
    problems: [],
  },
];
