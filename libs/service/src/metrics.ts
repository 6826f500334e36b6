import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

type Labels = Record<string, string>;

/** Seconds: from a round trip in one machine to the longest deadline. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Metrics by name, made when they are first seen. `_total` counts, `_duration_seconds` is a histogram, all else a gauge. */
export class Metrics {
  readonly registry = new Registry();
  private readonly known = new Map<string, (labels: Labels, value: number) => void>();

  constructor(service: string) {
    this.registry.setDefaultLabels({ service });
    collectDefaultMetrics({ register: this.registry });
  }

  /** What libraries are given to tell what happens in them. Labels must have few values, and always the same names. */
  readonly observe = (name: string, labels: Labels = {}, value = 1): void => {
    let record = this.known.get(name);
    if (!record) {
      record = this.create(name, Object.keys(labels));
      this.known.set(name, record);
    }
    record(labels, value);
  };

  text(): Promise<string> {
    return this.registry.metrics();
  }

  private create(name: string, labelNames: string[]): (labels: Labels, value: number) => void {
    const help = name.replaceAll('_', ' ');
    const options = { name, help, labelNames, registers: [this.registry] };
    if (name.endsWith('_total')) {
      const counter = new Counter(options);
      return (labels, value) => counter.inc(labels, value);
    }
    if (name.endsWith('_duration_seconds')) {
      const histogram = new Histogram({ ...options, buckets: BUCKETS });
      return (labels, value) => histogram.observe(labels, value);
    }
    const gauge = new Gauge(options);
    return (labels, value) => gauge.set(labels, value);
  }
}
