import { globSync } from 'node:fs';
import { read } from './files.js';

export interface Page {
  readonly path: string;
  readonly text: string;
  /** Text of each heading, with the number of its hashes. */
  readonly headings: readonly { readonly level: number; readonly text: string }[];
  /** Content of each fenced block. */
  readonly blocks: readonly string[];
}

/** The documentation; not the changelog, which may name what is gone. */
export function pages(): Page[] {
  return globSync(['*.md', 'docs/**/*.md'])
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => path !== 'CHANGELOG.md')
    .sort()
    .map(page);
}

export function page(path: string): Page {
  const text = read(path);
  const fence = /^```[^\n]*\n([\s\S]*?)^```/gm;
  const blocks = [...text.matchAll(fence)].map(([, block]) => block as string);
  const headings = [...text.replaceAll(fence, '').matchAll(/^(#{1,6}) +(.+)$/gm)].map(
    ([, hashes, title]) => ({
      level: (hashes as string).length,
      text: title as string,
    }),
  );
  return { path, text, headings, blocks };
}

/** From a heading to the next one of its level or above; undefined when there is no such heading. */
export function sectionOf({ text }: Page, title: RegExp): string | undefined {
  const lines = text.split('\n');
  const start = lines.findIndex((line) => /^#+ /.test(line) && title.test(line));
  if (start === -1) return undefined;
  const level = (/^#+/.exec(lines[start] as string) as RegExpExecArray)[0].length;
  const end = lines.findIndex((line, i) => i > start && new RegExp(`^#{1,${level}} `).test(line));
  return lines.slice(start, end === -1 ? undefined : end).join('\n');
}
