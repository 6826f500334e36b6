import { type Operation } from '../http/operation.js';

export const TEST_CLOCK_OPERATIONS: readonly Operation[] = [
  {
    method: 'post',
    path: '/v1/test/clock/advance',
    id: 'advanceClock',
    tag: 'Sandbox',
    summary: 'Move the clock of the sandbox ahead',
    description:
      'So that expiries need no waiting: deadlines of orders, holds and retries of payments are judged by the new time, ' +
      'and whatever is due begins at once. Only where `TEST_CLOCK=true`; everywhere else there is no such route.',
    parameters: [],
    body: 'ClockAdvance',
    answers: [{ status: 200, description: 'The time it is now.', schema: 'ClockView' }],
    problems: ['route-not-found'],
  },
];
