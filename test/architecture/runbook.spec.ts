import { parse } from 'yaml';
import { CODE_FILES, expectNone, read } from './files.js';
import { page, pages, sectionOf } from './markdown.js';

interface Rule {
  readonly alert: string;
  readonly expr: string;
}

const METRIC = /\bwaybill_[a-z]+(?:_[a-z]+)*/g;
const runbook = page('docs/runbook.md');
const alerts = read('docs/alerts.yml');
const { groups } = parse(alerts) as { readonly groups: readonly { readonly rules: readonly Rule[] }[] };
const rules = groups.flatMap((group) => group.rules);
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

  it('counts requests without those of probes and of Prometheus, on routes that there are', () => {
    const { paths } = JSON.parse(read('docs/openapi.json')) as { readonly paths: object };
    const known = Object.keys(paths).map((path) => path.replaceAll(/\{(\w+)\}/g, ':$1'));
    const faults = rules.flatMap(({ alert, expr }) => {
      const chosen = [...expr.matchAll(/waybill_http_request_\w+\{(.*?)\}/g)].map(
        ([, labels = '']) => labels,
      );
      const routes = chosen.flatMap((labels) => /route(?:=~|!~)"(.*?)"/.exec(labels)?.[1] ?? 'every route');
      const named = routes
        .flatMap((route) => route.match(/\/v1\/(?:[\w/:]|\([^)]*\))+/g) ?? [])
        .flatMap(spelled);
      return [
        ...routes.filter((route) => !/^\/(health\/\.\*\|\/metrics|v1\/)/.test(route)),
        ...named.filter((route) => !known.includes(route)),
      ].map((route) => `${alert}: ${route}`);
    });
    expectNone(faults, 'Begin with route!~"/health/.*|/metrics", and name routes as docs/openapi.json does.');
  });

  it('takes a breaker for open only as long as something of its kind is asked: nobody closes it else', () => {
    const ofProvider = rules.filter(({ expr }) => expr.includes('waybill_provider_breaker_state'));
    expect(ofProvider.length).toBeGreaterThan(0);
    expectNone(
      ofProvider
        .filter(({ expr }) => !/\band on \(job, instance, kind\)/.test(expr))
        .map(({ alert }) => alert),
      'Join it on (job, instance, kind) with the calls that were made meanwhile.',
    );
  });

  it('does not wait for a breaker to be open all the time: it is half open in between', () => {
    expectNone(
      rules.filter(({ expr }) => /breaker_state\S* *==/.test(expr)).map(({ alert }) => alert),
      'Ask for max_over_time(…_breaker_state[1m]) > 0, with a sign that it is still called.',
    );
  });
});

describe('the documentation', () => {
  it('names the vhost in every command for what is in one', () => {
    const inVhost = /rabbitmqctl (?:(?:list|set|clear)_\w+|delete_queue|purge_queue)[^`\n]*/g;
    const global = /^rabbitmqctl (?:list|set|clear)_(?:users?|user_\w+|vhosts|connections|password)\b/;
    const faults = pages().flatMap(({ path, text }) =>
      (text.match(inVhost) ?? [])
        .filter((command) => !global.test(command) && !/ -p \w/.test(command))
        .map((command) => `${path}: ${command}`),
    );
    expectNone(
      faults,
      'Add -p waybill: without it the command asks about the vhost "/", in which there is nothing.',
    );
  });
});

/** `a/(b|c)` is a/b and a/c. */
function spelled(route: string): string[] {
  const [, before = '', either] = /^(.*)\((.*)\)$/.exec(route) ?? [];
  return either === undefined ? [route] : either.split('|').map((end) => before + end);
}
