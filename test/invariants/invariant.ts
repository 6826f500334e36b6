/** An SQL statement that finds violations: no row, no violation. "A" holds at every moment, "Q" once the system is quiet. */
export interface Invariant {
  readonly id: string;
  readonly name: string;
  readonly sql: string;
}
