/** The value of an option that takes a number from 1 to `max`. @throws Error on anything else. */
export function natural(name: string, text: string, max = 999_999): number {
  if (!/^[1-9]\d*$/.test(text) || Number(text) > max)
    throw new Error(`--${name} takes a number from 1 to ${max}, not "${text}".`);
  return Number(text);
}
