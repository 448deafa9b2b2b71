import type { OwnPage } from './ownPage.ts';

const GRANTED: ReadonlySet<string> = new Set(['display-capture', 'media']);

/** The part of Electron's Session that grants permissions. */
export interface PermissionSession {
  setPermissionCheckHandler(
    handler: (contents: { getURL(): string } | null, permission: string) => boolean,
  ): void;
  setPermissionRequestHandler(
    handler: (contents: { getURL(): string }, permission: string, answer: (granted: boolean) => void) => void,
  ): void;
}

/** Lets our own page capture screens and sound. Nobody gets anything else. */
export function guardPermissions(session: PermissionSession, page: OwnPage): void {
  const granted = (contents: { getURL(): string } | null, permission: string): boolean =>
    contents !== null && GRANTED.has(permission) && page.includes(contents.getURL());
  session.setPermissionCheckHandler(granted);
  session.setPermissionRequestHandler((contents, permission, answer) =>
    answer(granted(contents, permission)),
  );
}
