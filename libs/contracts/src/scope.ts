/** What a key may do. Nothing follows from anything else: a key that reads and writes has both. */
export const SCOPES = [
  'orders:read',
  'orders:write',
  'payments:read',
  'payments:write',
  'refunds:write',
  'stock:read',
  'stock:write',
  'ops:read',
  'ops:write',
] as const;

export type Scope = (typeof SCOPES)[number];

export function isScope(text: string): text is Scope {
  return (SCOPES as readonly string[]).includes(text);
}
