/** What a request asks for: `metadata[key]` of the form is `metadata.key` here. */
export interface Params {
  readonly [name: string]: string | Params | undefined;
}

/** `created[gte]=1&limit=2` as `{ created: { gte: '1' }, limit: '2' }`. */
export function paramsOf(form: string): Params {
  const params: Record<string, string | Record<string, string>> = {};
  for (const [name, value] of new URLSearchParams(form)) {
    const [, outer = name, inner] = /^(\w+)\[(\w*)\]$/.exec(name) ?? [];
    if (inner === undefined) params[outer] = value;
    else params[outer] = { ...(params[outer] as Record<string, string> | undefined), [inner]: value };
  }
  return params;
}

export function textIn(params: Params, name: string): string {
  const value = params[name];
  return typeof value === 'string' ? value : '';
}

export function partIn(params: Params, name: string): Params {
  const value = params[name];
  return typeof value === 'object' ? value : {};
}
