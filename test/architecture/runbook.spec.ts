import { CODE_FILES, expectNone, read } from './files.js';
import { page, sectionOf } from './markdown.js';

const METRIC = /\bwaybill_[a-z]+(?:_[a-z]+)*/g;
const runbook = page('docs/runbook.md');
const alerts = read('docs/alerts.yml');
const told = CODE_FILES.filter((path) => /^(apps|libs)\/[^/]+\/src\//.test(path))
  .flatMap((path) => read(path).match(/(?<=['"`])waybill_[a-z]+(?:_[a-z]+)*(?=['"`])/g) ?? [])
  .filter((name) => !/_(order|payment|stock|expect|reader|serving)$/.test(name));

describe('docs/runbook.md', () => {
  it('has every metric that a process tells', () => {
    const listed = new Set((sectionOf(runbook, /^## Metrics/) ?? '').match(METRIC));
    expect(told.length).toBeGreaterThan(10);
    expectNone(
      told.filter((name) => !listed.has(name)),
      'Add a row to the table of metrics: its labels, and what it means.',
    );
  });

  it('says of every alert what it means and what to type', () => {
    const names = [...alerts.matchAll(/- alert: (\w+)/g)].map(([, name]) => name as string);
    expect(names.length).toBeGreaterThan(10);
    expectNone(
      names.filter((name) => !/```(?:sh|sql)\n/.test(sectionOf(runbook, new RegExp(`^### ${name}$`)) ?? '')),
      'Add a heading ### <alert> with its meaning and a block with the first command.',
    );
  });
});

describe('docs/alerts.yml', () => {
  it('asks only for metrics that a process tells', () => {
    const asked = (alerts.match(METRIC) ?? []).map((name) => name.replace(/_(bucket|count|sum)$/, ''));
    expect(asked.length).toBeGreaterThan(10);
    expectNone(
      asked.filter((name) => !told.includes(name)),
      'Correct the name: an alert on a metric that does not exist never fires.',
    );
  });
});
