import { type Attempt, type Deed } from './journal.js';
import { type Counts, judge } from './verdict.js';

const attempt = (more: Partial<Attempt> = {}): Attempt => ({
  deed: 'place',
  ref: 'r',
  inDoubt: false,
  ...more,
});

it.each<[string, keyof Counts, readonly Attempt[], readonly string[]]>([
  ['acknowledged and there', 'ok', [attempt({ id: 'o' })], ['o']],
  [
    'acknowledged after a time-out, and there once',
    'recovered',
    [attempt({ id: 'o', inDoubt: true })],
    ['o'],
  ],
  ['accepted, and there later on', 'ok', [attempt({ promised: true })], ['o']],
  ['accepted, and never there', 'lost', [attempt({ promised: true })], []],
  ['accepted after a time-out, and never there', 'lost', [attempt({ promised: true, inDoubt: true })], []],
  ['acknowledged and gone', 'lost', [attempt({ id: 'o' })], []],
  ['acknowledged as something else', 'lost', [attempt({ id: 'o' })], ['p']],
  ['there twice', 'duplicated', [attempt({ id: 'o' })], ['o', 'p']],
  ['there twice without an answer', 'duplicated', [attempt({ inDoubt: true })], ['o', 'p']],
  ['never answered and not there', 'unanswered', [attempt({ inDoubt: true })], []],
  ['never answered and there', 'unanswered', [attempt({ inDoubt: true })], ['o']],
  ['refused', 'refused', [attempt({ refused: '409' })], []],
  ['refused and there all the same', 'unexpected', [attempt({ refused: '409' })], ['o']],
  ['asked for by twins who were told the same', 'ok', [attempt({ id: 'o' }), attempt({ id: 'o' })], ['o']],
  ['told differently to twins', 'lost', [attempt({ id: 'o' }), attempt({ id: 'p' })], ['o']],
])('what is %s counts as %s', (_, fate, attempts, ids) => {
  const { counts, violations } = judge('place', attempts, new Map(ids.length > 0 ? [['r', ids]] : []));
  expect(counts).toMatchObject({ attempted: 1, [fate]: 1 });
  expect(violations).toHaveLength(['lost', 'duplicated', 'unexpected'].includes(fate) ? 1 : 0);
});

it.each<[Deed, keyof Counts]>([
  ['change', 'unanswered'],
  ['capture', 'unanswered'],
  ['void', 'unanswered'],
  ['return', 'unexpected'],
])('of a %s that is refused after a try in doubt, and there, is %s', (deed, fate) => {
  const tries = [attempt({ deed, refused: '409', inDoubt: true })];
  expect(judge(deed, tries, new Map([['r', ['o']]])).counts).toMatchObject({ [fate]: 1 });
  const sure = judge(deed, [attempt({ deed, refused: '409' })], new Map([['r', ['o']]]));
  expect(sure.counts).toMatchObject({ unexpected: 1 });
});

it('finds what nobody has asked for', () => {
  const { counts, violations } = judge(
    'place',
    [attempt({ id: 'o' })],
    new Map([
      ['r', ['o']],
      ['s', ['p']],
    ]),
  );
  expect(counts).toMatchObject({ attempted: 1, ok: 1, unexpected: 1 });
  expect(violations).toHaveLength(1);
});
