/** What is wrong with a line, for as long as it is set: as in Toxiproxy. */
export type Toxic =
  | { readonly kind: 'latency'; readonly ms: number; readonly jitterMs: number }
  | { readonly kind: 'bandwidth'; readonly bytesPerSecond: number }
  /** Small pieces with a pause after each. */
  | { readonly kind: 'slicer'; readonly bytes: number; readonly pauseMs: number }
  /** Nothing comes through and nobody is told. What was sent meanwhile arrives afterwards. */
  | { readonly kind: 'blackhole' }
  /** Whoever is connected loses the connection, and nobody gets a new one. */
  | { readonly kind: 'down' };
