import { AGENT_NAMESPACE, RECORDER_NAMESPACE, VIEWER_NAMESPACE } from '@sightline/shared';
import type { Attack, Target } from '../protocol.ts';
import { openRaw, within, type RawConnection } from '../rawConnection.ts';
import { enterRaw, frame, openRawWebSocket, upgradeRequest } from '../rawWebSocket.ts';
import { signedIn } from '../signedIn.ts';
import { repeat } from './repeat.ts';
import { createTally } from './tally.ts';

const CONNECTIONS = 300;
const EVENTS = 2_000;
const MOST_EVENTS = 30_000;
const CLOSED_MS = 5_000;

const many = (count: number): unknown[] => Array.from({ length: count });

/** Hundreds of connections at a time, which break off at every point of a handshake. */
export const connectFlood: Attack = async ({ port }) => {
  const tally = createTally();
  const stages: readonly (() => Promise<RawConnection>)[] = [
    () => openRaw(port),
    async () => {
      const connection = await openRaw(port);
      connection.send(upgradeRequest(port).slice(0, -2));
      return connection;
    },
    async () => {
      const connection = await openRaw(port);
      connection.send(upgradeRequest(port));
      return connection;
    },
    () => openRawWebSocket(port),
    async () => {
      const connection = await openRawWebSocket(port);
      connection.send(frame(`40${AGENT_NAMESPACE},{"protocolVersion":2,"credential":"guessed"}`));
      return connection;
    },
  ];
  await repeat(async () => {
    const opened = await Promise.allSettled(
      stages.flatMap((open) => many(CONNECTIONS / stages.length).map(open)),
    );
    tally.attempt(opened.length);
    for (const outcome of opened) {
      if (outcome.status === 'fulfilled') outcome.value.close();
    }
  });
  return tally.outcome();
};

/** One client of each namespace, as fast as it can. Agents and dashboards are cut off; a recorder, which is ours, is slowed down. */
export const eventFlood: Attack = async (target: Target) => {
  const { port, credentials, recorderSecret } = target;
  const tally = createTally();
  const headers = `cookie: ${await signedIn(target)}\r\n`;
  const clients: readonly (readonly [namespace: string, () => Promise<RawConnection>])[] = [
    [AGENT_NAMESPACE, () => enterRaw(port, AGENT_NAMESPACE, { auth: { credential: credentials[1] } })],
    [VIEWER_NAMESPACE, () => enterRaw(port, VIEWER_NAMESPACE, { headers })],
    [RECORDER_NAMESPACE, () => enterRaw(port, RECORDER_NAMESPACE, { auth: { secret: recorderSecret } })],
  ];
  const burst = (namespace: string, first: number): Buffer =>
    Buffer.concat(many(EVENTS).map((_, at) => frame(`42${namespace},${first + at}["time-sync",{}]`)));
  await repeat(async () => {
    await Promise.all(
      clients.map(async ([namespace, open]) => {
        const connection = await open();
        for (let sent = 0; connection.socket.writable && sent < MOST_EVENTS; sent += EVENTS) {
          tally.attempt(EVENTS);
          if (!connection.socket.write(burst(namespace, sent)))
            await Promise.race([
              connection.closed,
              new Promise((resolve) => connection.socket.once('drain', resolve)),
            ]);
        }
        if (namespace !== RECORDER_NAMESPACE && !(await within(CLOSED_MS, connection.closed)))
          tally.fail(`${namespace}: a flood was not cut off`);
        connection.close();
      }),
    );
  });
  return tally.outcome();
};
