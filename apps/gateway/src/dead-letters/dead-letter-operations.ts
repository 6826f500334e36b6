import { type Operation } from '../http/operation.js';

const view = (description: string) => [{ status: 200, description, schema: 'DeadLetterView' }] as const;
const progress = (description: string) => [{ status: 200, description, schema: 'RedriveView' }] as const;

/** What operators do about messages that could not be handled. */
export const DEAD_LETTER_OPERATIONS: readonly Operation[] = [
  {
    method: 'get',
    path: '/ops/failures',
    id: 'listFailures',
    tag: 'Operations',
    summary: 'List dead letters, latest first',
    description: 'Messages that a service could not handle. Without `status`: those that wait for somebody.',
    parameters: [],
    query: 'FailuresQuery',
    answers: [{ status: 200, description: 'A page of dead letters.', schema: 'FailurePage' }],
    problems: ['cursor-invalid'],
  },
  {
    method: 'get',
    path: '/ops/failures/groups',
    id: 'groupFailures',
    tag: 'Operations',
    summary: 'Group the dead letters that wait by what they died of, largest first',
    parameters: [],
    query: 'FailureGroupsQuery',
    answers: [{ status: 200, description: 'The `limit` largest groups.', schema: 'FailureGroupPage' }],
    problems: [],
  },
  {
    method: 'get',
    path: '/ops/failures/{service}/{id}',
    id: 'getFailure',
    tag: 'Operations',
    summary: 'Read one dead letter, with its body and what was done about it',
    parameters: ['Service', 'LetterId'],
    answers: view('The dead letter.'),
    problems: ['dead-letter-not-found'],
  },
  {
    method: 'post',
    path: '/ops/failures/{service}/{id}/redrive',
    id: 'redriveFailure',
    tag: 'Operations',
    summary: 'Send one dead letter back',
    description:
      'To the queue in which it died, with all its tries before it. Its repeat is harmless: whoever has done what it ' +
      'says knows it. Redriving again changes nothing.',
    parameters: ['Service', 'LetterId'],
    answers: view('It is on its way.'),
    problems: ['dead-letter-not-found', 'dead-letter-not-redrivable'],
  },
  {
    method: 'post',
    path: '/ops/failures/{service}/{id}/discard',
    id: 'discardFailure',
    tag: 'Operations',
    summary: 'Give one dead letter up, with a reason',
    description: 'It stays readable. Discarding again changes nothing.',
    parameters: ['Service', 'LetterId'],
    body: 'DiscardRequest',
    answers: view('It is given up.'),
    problems: ['dead-letter-not-found', 'dead-letter-not-redrivable'],
  },
  {
    method: 'post',
    path: '/ops/failures/{service}/redrives',
    id: 'beginRedrive',
    tag: 'Operations',
    summary: 'Send a group of dead letters back, or all of a service',
    description:
      'At `perSecond` (10), oldest first, and only those that wait now. With `canary` (the default) one goes first; ' +
      'when it dies again within five seconds, the redrive stops.',
    parameters: ['Service'],
    body: 'RedriveRequest',
    bodyOptional: true,
    answers: [{ status: 202, description: 'It has begun.', schema: 'RedriveView', headers: ['Location'] }],
    problems: ['redrive-in-progress'],
  },
  {
    method: 'get',
    path: '/ops/failures/{service}/redrives/{id}',
    id: 'getRedrive',
    tag: 'Operations',
    summary: 'Read how far a redrive is',
    parameters: ['Service', 'RedriveId'],
    answers: progress('The redrive.'),
    problems: ['redrive-not-found'],
  },
  {
    method: 'post',
    path: '/ops/failures/{service}/redrives/{id}/stop',
    id: 'stopRedrive',
    tag: 'Operations',
    summary: 'Stop a redrive',
    description: 'What it has not sent yet stays a dead letter. Stopping again changes nothing.',
    parameters: ['Service', 'RedriveId'],
    answers: progress('It sends no more.'),
    problems: ['redrive-not-found'],
  },
];
