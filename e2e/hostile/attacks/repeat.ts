/** Long enough to tell how others fare meanwhile: a hundred of their requests. */
const ATTACK_MS = 5_000;

/** Does something again and again, as often as it can be done while others are watched. */
export async function repeat(attack: () => Promise<void>): Promise<void> {
  const untilMs = performance.now() + ATTACK_MS;
  do await attack();
  while (performance.now() < untilMs);
}
