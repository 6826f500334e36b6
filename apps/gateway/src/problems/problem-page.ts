import { hash } from 'node:crypto';
import { ERRORS, type ErrorCode } from '#contracts';
import { type Problem } from './problem.js';

export type Language = 'en' | 'zh-CN';

/** What there is to say about one problem, in one language. */
export interface ProblemWords {
  readonly title: string;
  readonly cause: string;
  readonly remedy: string;
}

const LABELS: Readonly<Record<Language, Readonly<Record<'all' | 'cause' | 'remedy' | 'example', string>>>> = {
  en: { all: 'All problems', cause: 'Why it happens', remedy: 'What to do', example: 'Example' },
  'zh-CN': { all: '所有错误', cause: '原因', remedy: '解决办法', example: '示例' },
};

const STYLE = `
:root { color-scheme: light dark; --back: #fbfaf8; --card: #fff; --text: #24231f; --soft: #6d6a61; --line: #e6e2d9; --mark: #b4482d }
@media (prefers-color-scheme: dark) {
  :root { --back: #17181b; --card: #1f2125; --text: #e8e6e1; --soft: #9c998f; --line: #33353a; --mark: #f0906f }
}
* { box-sizing: border-box }
body { margin: 0; padding: 3rem 1.25rem; background: var(--back); color: var(--text);
  font: 1rem/1.6 system-ui, "PingFang SC", "Microsoft YaHei", sans-serif }
main { max-width: 44rem; margin: auto }
h1 { margin: .25rem 0 2rem; font-size: 1.7rem; line-height: 1.3 }
h2 { margin: 1.75rem 0 .25rem; font-size: .8rem; letter-spacing: .06em; color: var(--soft) }
p { margin: 0 }
a { color: inherit; text-underline-offset: .2em; text-decoration-color: var(--line) }
a:hover { text-decoration-color: var(--mark) }
code, pre, .status { font-family: ui-monospace, "Cascadia Code", Menlo, monospace; font-size: .9em }
.status { color: var(--mark); font-weight: 600 }
pre { margin: .5rem 0 0; padding: 1rem 1.25rem; overflow-x: auto; background: var(--card); border: 1px solid var(--line); border-radius: .6rem }
ul { list-style: none; margin: 0; padding: 0; border-top: 1px solid var(--line) }
li { display: grid; grid-template-columns: 3rem 1fr; gap: .25rem .75rem; padding: .7rem 0; border-bottom: 1px solid var(--line) }
li small { grid-column: 2; color: var(--soft); font-size: .9rem }
nav { margin-top: 2.5rem; font-size: .9rem; color: var(--soft) }
`;

/** The page may use its own style, and nothing else from anywhere. */
export const PAGE_CSP = `default-src 'none'; style-src 'sha256-${hash('sha256', STYLE, 'base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

/** One problem as a page, with an answer that has it. */
export function problemPage(
  code: ErrorCode,
  { title, cause, remedy }: ProblemWords,
  { example, language }: { readonly example: Problem; readonly language: Language },
): string {
  const labels = LABELS[language];
  const section = (label: string, text: string): string => `<h2>${label}</h2><p>${escaped(text)}</p>`;
  return page(
    language,
    title,
    `<p><span class="status">${ERRORS[code].status}</span> <code>${code}</code></p>
<h1>${escaped(title)}</h1>
${section(labels.cause, cause)}
${section(labels.remedy, remedy)}
<h2>${labels.example}</h2><pre>${escaped(httpText(example))}</pre>
<nav><a href="/problems">${labels.all}</a> · <a href="/docs">API</a></nav>`,
  );
}

/** Every problem there is, by status. */
export function problemList(words: Readonly<Record<ErrorCode, ProblemWords>>, language: Language): string {
  const items = (Object.keys(ERRORS) as ErrorCode[]).map(
    (code) =>
      `<li><span class="status">${ERRORS[code].status}</span><a href="/problems/${code}"><code>${code}</code></a>` +
      `<small>${escaped(words[code].title)}</small></li>`,
  );
  const { all } = LABELS[language];
  return page(
    language,
    all,
    `<h1>${all}</h1>\n<ul>\n${items.join('\n')}\n</ul>\n<nav><a href="/docs">API</a></nav>`,
  );
}

function page(language: Language, title: string, main: string): string {
  return `<!doctype html>
<html lang="${language}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)} · Waybill</title>
<style>${STYLE}</style>
<main>
${main}
</main>
</html>
`;
}

function httpText({ status, headers, body }: Problem): string {
  const lines = Object.entries({ 'content-type': 'application/problem+json', ...headers }).map(
    ([name, value]) => `${name}: ${value}`,
  );
  return `HTTP/1.1 ${status}\n${lines.join('\n')}\n\n${JSON.stringify(body, null, 2)}`;
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
