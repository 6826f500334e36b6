/** An SQL statement that finds what must not be: no row, no violation. */
export interface Invariant {
  /** As in the list of the domain: "A" holds at every moment, "Q" once the system is quiet. */
  readonly id: string;
  readonly name: string;
  readonly sql: string;
}
