/** The value of an option that takes a number. @throws Error on anything else. */
export function natural(name: string, text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text))
    throw new Error(`--${name} takes a number from 1 to 999999, not "${text}".`);
  return Number(text);
}
