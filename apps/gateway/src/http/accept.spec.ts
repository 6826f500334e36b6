import { preferred } from './accept.js';

const offers = [
  [/^en(?:-|$)/, 'en'],
  [/^zh(?:-|$)/, 'zh'],
] as const;

describe('preferred', () => {
  test.each([
    [undefined, 'none'],
    ['', 'none'],
    ['*', 'none'],
    ['fr, de;q=0.9', 'none'],
    ['zh', 'zh'],
    ['ZH-Hans-CN', 'zh'],
    ['zhx, en-GB', 'en'],
    ['en;q=0.5, zh-CN', 'zh'],
    ['fr, en;q=0.5, zh;q=0.8', 'zh'],
    ['en, zh', 'en'],
    ['zh;q=0, en;q=0.1', 'en'],
    ['zh;q=x, en;q=0.1', 'en'],
    [',;q=1,, zh ; q=1', 'zh'],
    [`${'a,'.repeat(100_000)}zh`, 'none'],
  ])('takes %p for %p', (header, expected) => {
    expect(preferred<string>(header, offers, 'none')).toBe(expected);
  });
});
