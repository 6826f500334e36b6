import { summaryOf } from './report.mjs';

const REPORT = { seed: 1, seconds: 15, faults: [], counts: {}, violations: [], quietMs: 0, looks: 1 };

it('adds up what came about, also when a report says nothing of it', () => {
  const reports = [REPORT, { ...REPORT, sometimes: { 'a capture of a part': 2 } }, REPORT];
  const { text } = summaryOf(reports, { kinds: [], runs: 3 });
  expect(text).toContain('What must happen at some time: a capture of a part 2.');
});
