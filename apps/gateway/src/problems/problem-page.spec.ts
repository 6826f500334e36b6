import { hash } from 'node:crypto';
import { ERRORS, type ErrorCode } from '#contracts';
import { exampleOf } from './problem.js';
import { CAUSES } from './problem-causes.js';
import { CHINESE } from './problem-chinese.js';
import { PAGE_CSP, problemList, problemPage } from './problem-page.js';

const CODES = Object.keys(ERRORS) as ErrorCode[];

describe('the words about a problem', () => {
  test.each(CODES)('of %s are there in English and in Chinese', (code) => {
    expect(CAUSES[code]).toMatch(/^[A-Z].*\.$/);
    const { title, cause, remedy } = CHINESE[code];
    expect(title).toMatch(/[\u4e00-\u9fff]{3}/);
    for (const text of [cause, remedy]) expect(text).toMatch(/[\u4e00-\u9fff]{3}.*。$/);
    expect(new Set([title, cause, remedy, CAUSES[code], ERRORS[code].remedy]).size).toBe(5);
  });

  test('are of no other problem', () => {
    expect(Object.keys(CAUSES).sort()).toEqual(CODES.toSorted());
    expect(Object.keys(CHINESE).sort()).toEqual(CODES.toSorted());
  });
});

describe('problemPage', () => {
  const words = { title: 'a < b', cause: '"c" & <d>', remedy: '<script>' };
  const html = problemPage('unauthorized', words, { example: exampleOf('unauthorized'), language: 'zh-CN' });

  test('has title, cause, remedy and an example as it comes over the wire', () => {
    expect(html).toContain('<html lang="zh-CN">');
    expect(html).toContain('<h1>a &lt; b</h1>');
    expect(html).toContain('&quot;c&quot; &amp; &lt;d&gt;');
    expect(html).toMatch(/<pre>HTTP\/1.1 401\ncontent-type: application\/problem\+json\nwww-authenticate: /);
  });

  test('runs no script, asks nobody, and its policy allows its own style', () => {
    expect(html).not.toMatch(/<script|<link|<img|src=|https?:\/\//);
    const style = /<style>([\s\S]*)<\/style>/.exec(html)?.[1] as string;
    expect(PAGE_CSP).toContain(`'sha256-${hash('sha256', style, 'base64')}'`);
  });
});

describe('problemList', () => {
  test('leads to every problem', () => {
    const html = problemList(CHINESE, 'zh-CN');
    for (const code of CODES) expect(html).toContain(`href="/problems/${code}"`);
  });
});
