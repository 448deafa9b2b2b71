const KEY = 'sightline.destination';

/** Keeps where to go while this tab is at the identity provider, which leads back to the first page only. */
export const rememberDestination = (destination: string): void =>
  window.sessionStorage.setItem(KEY, destination);

/** Where to go after that, asked once; undefined when nothing was kept. */
export function takeDestination(): string | undefined {
  const destination = window.sessionStorage.getItem(KEY) ?? undefined;
  window.sessionStorage.removeItem(KEY);
  return destination;
}
