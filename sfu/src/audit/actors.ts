import type { AuditEntry, Device } from '@sightline/shared';
import type { Principal } from '../identity/authorise.ts';
import type { SignedIn } from '../identity/signedIn.ts';

/** Who did something. */
export type AuditActor = AuditEntry['actor'];

/** The server, by itself. */
export const SERVER_ACTOR: AuditActor = { kind: 'server', id: 'server', name: 'server' };

/** Somebody who has not shown who he is. */
export const NOBODY: AuditActor = { kind: 'nobody', id: '', name: '' };

/** An account that has signed in. */
export const accountActor = ({ accountId, name }: Pick<Principal, 'accountId' | 'name'>): AuditActor => ({
  kind: 'account',
  id: accountId,
  name,
});

/** A device that has shown its credential. */
export const deviceActor = ({ deviceId, name }: Pick<Device, 'deviceId' | 'name'>): AuditActor => ({
  kind: 'device',
  id: deviceId,
  name,
});

/** Who sent a request, and from where. */
export const requestedBy = ({
  caller,
  address,
}: {
  readonly caller: SignedIn;
  readonly address: string;
}): { actor: AuditActor; address: string } => ({ actor: accountActor(caller.principal), address });
