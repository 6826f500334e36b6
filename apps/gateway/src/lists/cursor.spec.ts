import fc from 'fast-check';
import { Cursors } from './cursor.js';

const cursors = new Cursors('secret of the test');
const list = ['orders', undefined, 'cus_1'];

describe('Cursors', () => {
  test('reads back the position it wrote', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 64, unit: 'grapheme-ascii' }), (position) => {
        expect(cursors.read(list, cursors.write(list, position))).toBe(position);
      }),
    );
  });

  test('refuses a cursor with any one character changed, added or removed', () => {
    const cursor = cursors.write(list, 'ord_01k9zq3b5efg8t1h2j3k4m5n6p');
    for (let at = 0; at < cursor.length; at++) {
      const changed = cursor[at] === 'A' ? 'B' : 'A';
      expect(() => cursors.read(list, cursor.slice(0, at) + changed + cursor.slice(at + 1))).toThrow(
        /cursor-invalid/,
      );
      expect(() => cursors.read(list, cursor.slice(0, at) + cursor.slice(at + 1))).toThrow(/cursor-invalid/);
      expect(() => cursors.read(list, `${cursor.slice(0, at)}=${cursor.slice(at)}`)).toThrow(
        /cursor-invalid/,
      );
    }
  });

  test('refuses a cursor of another list, of other filters, or of another secret', () => {
    const cursor = cursors.write(list, 'p');
    expect(() => cursors.read(['products', undefined, 'cus_1'], cursor)).toThrow(/cursor-invalid/);
    expect(() => cursors.read(['orders', undefined, 'cus_2'], cursor)).toThrow(/cursor-invalid/);
    expect(() => cursors.read(['orders', 'cus_1', undefined], cursor)).toThrow(/cursor-invalid/);
    expect(() => new Cursors('other').read(list, cursor)).toThrow(/cursor-invalid/);
  });

  test('refuses whatever else a client may send', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 2_000 }), (text) => {
        expect(() => cursors.read(list, text)).toThrow(/cursor-invalid/);
      }),
    );
  });
});
