import { Metrics } from './metrics.js';

test('counts, times or sets by what the name says', async () => {
  const metrics = new Metrics('tea');
  metrics.observe('tea_cups_total', { kind: 'green' });
  metrics.observe('tea_cups_total', { kind: 'green' }, 2);
  metrics.observe('tea_brewing_duration_seconds', {}, 0.2);
  metrics.observe('tea_level', {}, 5);
  metrics.observe('tea_level', {}, 3);
  metrics.observe('tea_age_seconds', {}, 90);
  metrics.observe('tea_age_seconds', {}, 60);
  const text = await metrics.text();
  expect(text).toContain('tea_cups_total{kind="green",service="tea"} 3');
  expect(text).toContain('tea_brewing_duration_seconds_count{service="tea"} 1');
  expect(text).toContain('tea_level{service="tea"} 3');
  expect(text).toContain('tea_age_seconds{service="tea"} 60');
});
