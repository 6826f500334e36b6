/**
 * With which each process is started, here as in the Dockerfile and in tests. A young generation of 16 MB, not the 64 that Node takes on a
 * large machine, fits the caches of a processor; with a heap of 1 GB at the most it is cleaned before it has grown to the fourfold.
 * See docs/performance.md, P9.
 */
export const NODE_FLAGS = ['--enable-source-maps', '--max-semi-space-size=16', '--max-old-space-size=1024'];
