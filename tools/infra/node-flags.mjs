/**
 * With which each process is started, here as in the Dockerfile and in tests. A young generation of 16 MB, not the 64 that Node takes on a
 * large machine; and with an old one of 1 GB at the most, that is cleaned before it has grown to the fourfold of what lives in it.
 * See docs/performance.md, "What has been tried".
 */
export const NODE_FLAGS = ['--enable-source-maps', '--max-semi-space-size=16', '--max-old-space-size=1024'];
