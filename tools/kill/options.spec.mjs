import { optionsOf } from './options.mjs';

const KNOWN = { points: ['loop.saved', 'loop.decided'], paths: ['happy', 'no stock'] };
/** @param {string[]} args */
const of = (...args) => optionsOf(args, KNOWN);

test('takes everything once, one path at a time, unless told', () => {
  expect(of()).toEqual({ help: false, list: false, asked: { passings: 1, each: 'process', parallel: 1 } });
});

test('takes some points on some paths', () => {
  expect(of('--path', 'no stock', '--point', 'loop.saved', '--passings', '3')).toMatchObject({
    asked: { paths: ['no stock'], points: ['loop.saved'], passings: 3 },
  });
});

test('says what it does not know, and what is no number', () => {
  expect(of('--path', 'nowhere')).toEqual({ wrong: '--path nowhere is not there: see --list' });
  expect(of('--parallel', '0')).toEqual({ wrong: '--parallel 0 is not a whole number from 1 on' });
  expect(of('--each', 'day')).toEqual({ wrong: '--each day is not one of process, point' });
  expect(of('--point', 'loop.saved', '--fast')).toEqual({ wrong: expect.stringContaining('--fast') });
});
