import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { inRoot } from '../infra/root.mjs';

/** Leaves the counts of a jest run, and the names of what failed, in the file that WAYBILL_JEST_COUNTS names. */
export default class CountReporter {
  /** @param {unknown} _contexts @param {import('@jest/reporters').AggregatedResult} results */
  onRunComplete(_contexts, results) {
    const counts = {
      passed: results.numPassedTests,
      // A file that could not even be loaded is a failure too.
      failed: results.numFailedTests + results.numRuntimeErrorTestSuites,
      skipped: results.numPendingTests + results.numTodoTests,
      failures: results.testResults.flatMap(failuresIn),
    };
    writeFileSync(process.env.WAYBILL_JEST_COUNTS ?? '', JSON.stringify(counts));
  }
}

/** @param {import('@jest/test-result').TestResult} result */
function failuresIn({ testFilePath, testResults, testExecError }) {
  const file = relative(inRoot(), testFilePath);
  const failed = testResults.filter(({ status }) => status === 'failed');
  const names = failed.map(({ fullName }) => `${file} › ${fullName}`);
  return testExecError ? [...names, `${file} could not be run`] : names;
}
