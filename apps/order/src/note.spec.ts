import * as fc from 'fast-check';
import { type NoteAdded } from '#contracts';
import {
  having,
  MESSAGES,
  message,
  type Name,
  orderOf,
  paid,
  start,
  tell,
  tellIfPossible,
} from '../test/world.js';
import { type OrderMessage } from './messages.js';
import { LAST_NOTE_VERSION } from './note.js';

const noteOf = (text: string, key = text): OrderMessage =>
  message('order.note.v1', { idempotency: { key, fingerprint: text }, note: { text }, author: 'desk' });

test('a note is the next step of an order, and leaves all else as it was', () => {
  const run = having(paid, 'reserved');
  const before = orderOf(run);
  const { answer, send, notify } = tell(run, noteOf('call back'));
  const detail = { note: { text: 'call back', author: 'desk' } };
  expect(answer).toMatchObject({
    replayed: false,
    entry: { version: 3, from: 'pending', to: 'pending', detail },
  });
  expect(run.steps.at(-1)).toMatchObject({ version: 3, from: 'charging', to: 'charging', detail });
  const { version, updatedAt, ...rest } = orderOf(run);
  expect({ version, updatedAt, ...rest }).toEqual({ ...before, version: 3, updatedAt });
  expect([send ?? [], notify ?? []]).toEqual([[], []]);
});

test('a key writes one note, and gets its answer again; with another text it is refused', () => {
  const run = start();
  const first = tell(run, noteOf('once', 'k')).answer as NoteAdded;
  expect(tell(run, noteOf('once', 'k')).answer).toEqual({ ...first, replayed: true });
  expect(run.steps).toHaveLength(2);
  expect(() => tell(run, noteOf('twice', 'k'))).toThrow('idempotency-key-reused');
});

test('an order takes no more notes than can be read', () => {
  const run = start();
  for (let n = 2; n <= LAST_NOTE_VERSION; n++) tell(run, noteOf(`note ${n}`));
  expect(() => tell(run, noteOf('one more'))).toThrow('too-many-notes');
  expect(tell(run, MESSAGES.reserved).put).toHaveLength(1);
});

test('notes between any facts, in any order, change nothing of what becomes of the order', () => {
  const facts = fc.array(fc.constantFrom(...(Object.keys(MESSAGES) as Name[])), { maxLength: 12 });
  fc.assert(
    fc.property(facts, fc.array(fc.boolean(), { minLength: 12, maxLength: 12 }), (names, noted) => {
      const [plain, annotated] = [start(), start()];
      for (const [i, name] of names.entries()) {
        if (noted[i]) tell(annotated, noteOf(`before ${i}`));
        expect(tellIfPossible(annotated, MESSAGES[name])).toBe(tellIfPossible(plain, MESSAGES[name]));
      }
      const { version: _, ...expected } = orderOf(plain);
      expect(orderOf(annotated)).toMatchObject(expected);
      expect(annotated.sent).toEqual(plain.sent);
      expect(annotated.steps.map(({ version }) => version)).toEqual(annotated.steps.map((_step, i) => i + 1));
    }),
  );
});
