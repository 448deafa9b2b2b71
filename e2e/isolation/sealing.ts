import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { NO_HASH } from '@sightline/shared';
import { keyIdOf, signHead } from '@sightline/shared/node';
import type { Socket } from 'socket.io-client';
import { recorderOffer } from '../harness/recorderOffer.ts';
import { askFor } from './sockets.ts';
import type { Outcome } from './outcome.ts';
import type { Cast } from './eventMatrix.ts';
import { connectRecorder } from './recorders.ts';
import { nameOf, type World } from './world.ts';

const keys = new WeakMap<Socket, KeyObject>();
const RECORDER = 'sealing';

/** Lets a recorder offer its service, once; returns the key that it seals with. */
export async function offerOnce(socket: Socket): Promise<KeyObject> {
  const known = keys.get(socket);
  if (known !== undefined) return known;
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  keys.set(socket, privateKey);
  await askFor(socket, 'recorder-ready', recorderOffer(RECORDER, publicKey));
  return privateKey;
}

/** The seal of a manifest's second entry. */
export function sealOf(key: KeyObject, sessionId: string, companyId: string): object {
  const head = { recorderId: RECORDER, sessionId, number: 2, previousHash: NO_HASH };
  const signature = signHead(key, head);
  return { sessionId, companyId, sealNumber: 2, sealedHash: NO_HASH, keyId: keyIdOf(key), signature };
}

/** Lets a recorder complain, and tells which dashboards heard of it: those that may see recordings. */
export async function complain(world: World, { viewers }: Cast): Promise<Outcome> {
  const outcome: Outcome = { expected: {}, actual: {} };
  const heard = viewers.map(({ socket }) => {
    const recorders: unknown[] = [];
    const listen = ({ recorderId }: { recorderId: unknown }): unknown => recorders.push(recorderId);
    socket.on('storage-problems', listen);
    return { recorders, stop: () => socket.off('storage-problems', listen) };
  });
  const socket = await connectRecorder(world);
  await offerOnce(socket);
  const { status } = recorderOffer(RECORDER);
  const problems = [{ code: 'disk-low', message: 'Make room.', sinceMs: 1 }];
  await askFor(socket, 'recorder-status', { status: { ...status, problems } });
  for (const [index, { kind, home, socket: dashboard }] of viewers.entries()) {
    await askFor(dashboard, 'time-sync', {});
    const name = `${kind} of ${nameOf(world, home)}`;
    outcome.expected[name] = kind.endsWith('supervisor') ? '' : RECORDER;
    outcome.actual[name] = heard[index]?.recorders.join() ?? '';
    heard[index]?.stop();
  }
  socket.disconnect();
  return outcome;
}
