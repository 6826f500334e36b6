import { knownAfter, type Look } from './as-of.js';

const BEGUN = '2026-11-25T10:00:00.000Z';
const look = (change: Partial<Look> = {}): Look => ({
  begun: new Date(BEGUN),
  lastAt: undefined,
  quietMs: 1_000,
  ...change,
});

describe('what a reader of the event log knows', () => {
  it('after it was opened, is nothing until something came, or nothing for longer than a broker is busy', () => {
    expect(knownAfter(look(), true)).toEqual({ asOf: null, isBehind: true });
    expect(knownAfter(look({ quietMs: 2_000 }), true)).toEqual({ asOf: BEGUN, isBehind: false });
  });

  it('in a backlog, is what it has read, and not that this was all', () => {
    const lastAt = new Date('2026-11-25T09:00:00.000Z');
    const known = knownAfter(look({ lastAt, quietMs: 0 }), true);
    expect(known).toEqual({ asOf: '2026-11-25T08:59:59.000Z', isBehind: true });
    expect(knownAfter(look(), known.isBehind).asOf).toBeNull();
  });

  it('once it has read what was published just now, is everything whenever nothing comes', () => {
    const lastAt = new Date('2026-11-25T09:59:59.500Z');
    const known = knownAfter(look({ lastAt, quietMs: 0 }), true);
    expect(known).toEqual({ asOf: '2026-11-25T09:59:58.500Z', isBehind: false });
    expect(knownAfter(look(), known.isBehind)).toEqual({ asOf: BEGUN, isBehind: false });
  });
});
