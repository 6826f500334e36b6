// Jest takes a time limit for all projects only; each of ours has its own.
jest.setTimeout(/** @type {any} */ (globalThis).testTimeoutMs);
