import { connect } from 'node:net';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { monotonicMs } from '../lib/monotonic.ts';

const LOOK_INTERVAL_MS = 5;

/** Waits until a port that is closed now or shortly is open again. Resolves with the time, on the monotonic clock. */
export async function portOpenAgain(url: string): Promise<number> {
  while (await isOpen(url)) await delay(LOOK_INTERVAL_MS);
  while (!(await isOpen(url))) await delay(LOOK_INTERVAL_MS);
  return monotonicMs();
}

async function isOpen(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
