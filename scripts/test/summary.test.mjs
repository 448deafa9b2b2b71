import { describe, expect, it } from '@jest/globals';
import { addUp, summaryLine } from './summary.mjs';

const report = (fields) => ({
  numPassedTests: 0,
  numFailedTests: 0,
  numRuntimeErrorTestSuites: 0,
  numPendingTests: 0,
  numTodoTests: 0,
  ...fields,
});

describe('addUp', () => {
  it('adds the runs', () => {
    const runs = [
      report({ numPassedTests: 3, numFailedTests: 1 }),
      report({ numPassedTests: 2, numPendingTests: 1 }),
    ];
    expect(addUp(runs)).toEqual({ passed: 5, failed: 1, skipped: 1 });
  });

  it('counts a file that could not run as failed', () => {
    expect(addUp([report({ numPassedTests: 3, numRuntimeErrorTestSuites: 2 })]).failed).toBe(2);
  });

  it('counts a run without a report as failed', () => {
    expect(addUp([report({ numPassedTests: 3 }), undefined])).toMatchObject({ passed: 3, failed: 1 });
  });

  it('does not pass when nothing ran', () => {
    expect(summaryLine(addUp([report({})]))).toBe('0 passed, 1 failed');
  });
});
