import { type CrashPoint, type Passed } from '#crash-points';
import { type ProcessName } from '#testing';
import { roundsOf, type Wanted } from './rounds.js';

const PASSED = new Map<ProcessName, Passed>([
  ['gateway', { 'rpc.sent': 2 }],
  ['order', { 'loop.saved': 3, 'loop.decided': 1 }],
  ['stock', { 'loop.saved': 1 }],
]);
const wanted: Wanted = {
  points: ['rpc.sent', 'loop.saved', 'loop.decided', 'relay.claimed'],
  passings: 1,
  each: 'process',
};
const cell = (process: ProcessName, point: CrashPoint, passing = 1) => ({ process, point, passing });

test('kills every process at every point that it passes, the gateway alone and the services together', () => {
  expect(roundsOf('happy', PASSED, wanted)).toEqual([
    [cell('gateway', 'rpc.sent')],
    [cell('order', 'loop.decided'), cell('stock', 'loop.saved')],
    [cell('order', 'loop.saved')],
  ]);
});

test('kills at no more passings than there are, nor more than are wanted', () => {
  const rounds = roundsOf('happy', PASSED, { ...wanted, points: ['loop.saved'], passings: 2 });
  expect(rounds.flat()).toEqual([
    cell('order', 'loop.saved', 1),
    cell('stock', 'loop.saved', 1),
    cell('order', 'loop.saved', 2),
  ]);
});

test('kills at each point once, and of those that pass it another one on the next path', () => {
  const once: Wanted = { ...wanted, points: ['rpc.sent', 'loop.saved'], each: 'point' };
  const dying = (['happy', 'no stock'] as const).map((path) => roundsOf(path, PASSED, once).flat());
  expect(dying.map((cells) => cells.filter(({ point }) => point === 'rpc.sent'))).toEqual([
    [cell('gateway', 'rpc.sent')],
    [cell('gateway', 'rpc.sent')],
  ]);
  const atSaved = dying.map((cells) => cells.filter(({ point }) => point === 'loop.saved'));
  expect(atSaved.map((cells) => cells.length)).toEqual([1, 1]);
  expect(new Set(atSaved.flat().map(({ process }) => process))).toEqual(new Set(['order', 'stock']));
});
