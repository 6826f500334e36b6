/** Timestamps leave Postgres as RFC 3339 UTC with milliseconds: what clients see, and what compares as text. */
export const iso = (column: string): string =>
  `to_char(${column} at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
