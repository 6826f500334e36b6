import { writeFileSync } from 'node:fs';

/** Leaves the counts of a jest run in the file that WAYBILL_JEST_COUNTS names. */
export default class CountReporter {
  /** @param {unknown} _contexts @param {import('@jest/reporters').AggregatedResult} results */
  onRunComplete(_contexts, results) {
    const counts = {
      passed: results.numPassedTests,
      // A file that could not even be loaded is a failure too.
      failed: results.numFailedTests + results.numRuntimeErrorTestSuites,
      skipped: results.numPendingTests + results.numTodoTests,
    };
    writeFileSync(process.env.WAYBILL_JEST_COUNTS ?? '', JSON.stringify(counts));
  }
}
