import { type Problem } from '../client.js';

interface Seen {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

const AT_ONCE = 16;
/** What only the inside of a program looks like. */
export const LEAK =
  /node_modules|\.[jt]s:\d+|\n\s+at |\bselect\b.+\bfrom\b|SQLSTATE|pg_|ECONN|FST_|TypeError|Cannot read/i;

/**
 * What is wrong with the answer to a bad request; undefined when nothing is. `pointer` is the field that it must name,
 * or one below it.
 */
export function faultOf({ status, text, headers }: Seen, pointer = ''): string | undefined {
  if (status < 400 || status > 499) return `${status} ${text.slice(0, 200)}`;
  if (headers.get('content-type') !== 'application/problem+json')
    return `${status} is no problem+json: ${text}`;
  const problem = JSON.parse(text) as Problem;
  if (problem.status !== status || !problem.type.startsWith('/problems/') || !problem.requestId) {
    return `not a problem: ${text}`;
  }
  if (LEAK.test(text)) return `a look inside: ${text}`;
  // A body that is too large is not read.
  if (pointer === '' || status === 413) return undefined;
  const names = problem.errors?.some(
    (error) => error.pointer === pointer || error.pointer.startsWith(`${pointer}/`),
  );
  return names ? undefined : `${pointer} is not named: ${text}`;
}

/** Runs all cases, some at a time, and returns the faults that were found, each with the name of its case. */
export async function faultsOf<T>(
  cases: readonly T[],
  nameOf: (one: T) => string,
  run: (one: T) => Promise<string | undefined>,
): Promise<string[]> {
  const left = [...cases];
  const found: string[] = [];
  const work = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      const fault = await run(next).catch(String);
      if (fault) found.push(`${nameOf(next).slice(0, 200)}: ${fault}`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return found;
}
