import fc from 'fast-check';
import { Admission } from './admission.js';
import { ConcurrencyLimit } from './concurrency-limit.js';
import { type RouteClass } from './route-class.js';

const CLASSES: readonly RouteClass[] = ['bulk', 'stream', 'read', 'write', 'completion', 'free'];

function admission(): Admission {
  return new Admission(new ConcurrencyLimit({ fewest: 100, most: 100, targetMs: 100 }), 100);
}

function refusedAt(delayMs: number): RouteClass[] {
  const subject = admission();
  subject.delayMs = delayMs;
  return CLASSES.filter((routeClass) => subject.overloadFor(routeClass) === 'event loop');
}

/** How many of a class get in one after the other. */
function fill(subject: Admission, routeClass: RouteClass): number {
  let entered = 0;
  while (entered < 1_000 && subject.overloadFor(routeClass) === undefined) {
    subject.enter(routeClass);
    entered++;
  }
  return entered;
}

describe('Admission', () => {
  test('keeps room for new orders beyond reads, and for their completion beyond both', () => {
    const subject = admission();
    expect(fill(subject, 'read')).toBe(75);
    expect(fill(subject, 'write')).toBe(15);
    expect(fill(subject, 'completion')).toBe(10);
    expect(subject.overloadFor('completion')).toBe('in flight');
    expect([subject.overloadFor('free'), subject.overloadFor('stream')]).toEqual([undefined, undefined]);
  });

  test('has a few places for what takes long, whatever else is under way', () => {
    const subject = admission();
    fill(subject, 'completion');
    expect(fill(subject, 'bulk')).toBe(32);
    subject.leave('bulk');
    expect(fill(subject, 'bulk')).toBe(1);
  });

  test('refuses the lower classes first when the event loop is late, and never who asks how it is', () => {
    expect(refusedAt(100)).toEqual([]);
    expect(refusedAt(101)).toEqual(['bulk', 'stream', 'read']);
    expect(refusedAt(201)).toEqual(['bulk', 'stream', 'read', 'write']);
    expect(refusedAt(60_000)).toEqual(['bulk', 'stream', 'read', 'write', 'completion']);
  });

  test('has nothing under way once all have left, in whatever order they came and went', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...CLASSES)), fc.nat(), (classes, seed) => {
        const subject = admission();
        const inside = classes.filter((routeClass) => subject.enter(routeClass));
        const from = inside.length === 0 ? 0 : seed % inside.length;
        for (const routeClass of [...inside.slice(from), ...inside.slice(0, from)]) subject.leave(routeClass);
        return subject.inFlight === 0 && fill(subject, 'bulk') === 32;
      }),
    );
  });
});
