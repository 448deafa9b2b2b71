import { enrolmentOrder } from '@sightline/shared';

const PARAMETER = 'enrol';

/**
 * Reads the secret out of what somebody pasted: an enrolment link of this server, or the secret alone. Undefined if it
 * is neither.
 */
export function readSecret(text: string, origin: string): string | undefined {
  const trimmed = text.trim();
  if (!URL.canParse(trimmed)) return /^[\w.~-]+$/.test(trimmed) ? validSecret(trimmed) : undefined;
  const link = new URL(trimmed);
  return link.origin === origin ? secretIn(link.hash) : undefined;
}

/** The part of a window that shows and changes the page's address. */
export interface AddressBar {
  readonly location: Pick<Location, 'hash' | 'pathname' | 'search'>;
  readonly history: Pick<History, 'replaceState'>;
}

/** Takes the secret out of the page's address, where neither the user nor the history needs to see it. */
export function takeSecret({ location, history }: AddressBar): string | undefined {
  const secret = secretIn(location.hash);
  if (secret !== undefined) history.replaceState(null, '', location.pathname + location.search);
  return secret;
}

function secretIn(hash: string): string | undefined {
  return validSecret(new URLSearchParams(hash.slice(1)).get(PARAMETER));
}

function validSecret(text: unknown): string | undefined {
  return enrolmentOrder.shape.secret.safeParse(text).data;
}
