import { expectNone, read } from './files.js';

const ROW = /^\| (.+?) \| .+ \| `([^`]+)` in `([^`]+)` \|$/gm;

describe('docs/limits.md', () => {
  it('says of every limit what the code says', () => {
    const rows = [...read('docs/limits.md').matchAll(ROW)];
    expect(rows.length).toBeGreaterThan(10);
    const wrong = rows.filter(([, , words = '', file = '']) => !read(file).includes(words));
    expectNone(
      wrong.map(([, what, words, file]) => `${what}: ${file} does not say ${words}`),
      'Correct the row in docs/limits.md.',
    );
  });
});
