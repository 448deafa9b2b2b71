/** Time since some moment, ms; the same for all processes of this machine (`CLOCK_MONOTONIC`). */
export const monotonicMs = (): number => Number(process.hrtime.bigint()) / 1e6;
