/** The routes there are, to tell a path that does not exist from a method that a path does not have. */
export class Routes {
  readonly #methods = new Map<string, Set<string>>();

  add(methods: string | readonly string[], pattern: string): void {
    const known = this.#methods.get(pattern) ?? new Set();
    for (const method of [methods].flat()) known.add(method);
    this.#methods.set(pattern, known);
  }

  /** What `Allow` has to say about a path; empty when nothing is there. */
  methodsAt(path: string): string[] {
    const parts = path.split('/');
    const found = [...this.#methods].filter(([pattern]) => matches(pattern.split('/'), parts));
    return [...new Set(found.flatMap(([, methods]) => [...methods]))].sort();
  }

  list(): string[] {
    return [...this.#methods].flatMap(([pattern, methods]) =>
      [...methods].map((method) => `${method} ${pattern}`),
    );
  }
}

function matches(pattern: readonly string[], parts: readonly string[]): boolean {
  if (pattern.at(-1) === '*') {
    return (
      parts.length >= pattern.length && matches(pattern.slice(0, -1), parts.slice(0, pattern.length - 1))
    );
  }
  return (
    pattern.length === parts.length &&
    pattern.every((part, at) => (part.startsWith(':') ? parts[at] !== '' : part === parts[at]))
  );
}
