/**
 * Adds up the reports of several jest runs (`--json`). A file that could not run counts as one failure,
 * and so does a run without a report and a whole without a single test.
 * @param {(object | undefined)[]} reports
 * @returns {{ passed: number, failed: number, skipped: number }}
 */
export function addUp(reports) {
  const totals = { passed: 0, failed: 0, skipped: 0 };
  for (const report of reports) {
    if (report === undefined) {
      totals.failed += 1;
      continue;
    }
    totals.passed += report.numPassedTests;
    totals.failed += report.numFailedTests + report.numRuntimeErrorTestSuites;
    totals.skipped += report.numPendingTests + report.numTodoTests;
  }
  if (totals.passed + totals.failed === 0) totals.failed = 1;
  return totals;
}

/** The line that others read: `N passed, N failed`. */
export function summaryLine({ passed, failed }) {
  return `${passed} passed, ${failed} failed`;
}
