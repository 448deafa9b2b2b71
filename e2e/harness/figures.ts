/** Prints what a scenario measured, as one line of JSON between Jest's own lines. */
export function reportFigures(scenario: string, figures: object): void {
  process.stdout.write(`${scenario}: ${JSON.stringify(figures)}\n`);
}
