import { expect } from '@jest/globals';
import {
  PROTOCOL_VERSION,
  VIEWER_NAMESPACE,
  createRequester,
  recordedSession,
  viewerRequests,
  type ClientView,
} from '@sightline/shared';
import { io } from 'socket.io-client';
import { setTimeout as delay } from 'node:timers/promises';
import type { Cleanup } from '../harness/cleanup.ts';
import { enrolAll, firstCompany } from '../harness/enrolment.ts';
import { seededRandom } from '../harness/random.ts';
import type { Session } from '../harness/session.ts';
import { startStack, type Stack } from '../harness/stack.ts';
import { writeGrants, writeGroups, writeThreshold, type Written } from './administration.ts';
import { createAuditTally } from './auditTally.ts';
import { writeDevices, writePassword } from './credentials.ts';
import { createTestDevice, type TestDevice } from './device.ts';
import { allowLostAnswer } from './lostAnswer.ts';

const DEVICES = 6;
const GRACE_SECONDS = 6;
/** How long the sfu runs before it is killed again. */
const LIFE_MS = { shortest: 20, longest: 700 };
/** People and machines do not write without a pause. */
const PAUSE_MS = 20;
/** How often it is killed while it starts, too; and after how long at most: mostly before it listens. */
const VAIN_STARTS = { share: 0.25, longestMs: 900, first: 4 };

/** What is killed how often. */
export interface KillSchedule {
  readonly kills: number;
  /** Repeats what is done, though not when exactly it is killed. */
  readonly seed: number;
  /** An empty PostgreSQL database; SQLite by default. */
  readonly databaseUrl?: string;
}

/** What a dashboard that is opened now is shown. */
async function shownClients(stack: Stack, session: Session): Promise<Map<string, ClientView>> {
  const { name, value } = session.cookie();
  const socket = io(`${stack.url}${VIEWER_NAMESPACE}`, {
    transports: ['websocket'],
    forceNew: true,
    reconnection: false,
    auth: { protocolVersion: PROTOCOL_VERSION },
    extraHeaders: { cookie: `${name}=${value}`, origin: stack.url },
  });
  try {
    const { clients } = await createRequester(socket, viewerRequests)('watch-clients', {});
    const byId = new Map(clients.map((client) => [client.clientId, client]));
    expect(byId.size).toBe(clients.length);
    return byId;
  } finally {
    socket.disconnect();
  }
}

/** The same at a moment since when no device has come or gone: what is known of the devices is of that moment, too. */
async function shownMeanwhile(
  devices: readonly TestDevice[],
  show: () => Promise<Map<string, ClientView>>,
): Promise<Map<string, ClientView>> {
  for (;;) {
    const known = devices.map((device) => device.known);
    const shown = await show();
    if (devices.every((device, index) => device.known === known[index])) return shown;
  }
}

/** Writes until it is stopped; of what was not acknowledged the writer keeps account itself. */
async function writeUntil(
  stopped: AbortSignal,
  random: () => number,
  write: () => Promise<void>,
): Promise<void> {
  while (!stopped.aborted) {
    await allowLostAnswer(write);
    await delay(random() * PAUSE_MS);
  }
}

/** Kills an sfu again and again while everything is written to it. @throws Error if it does not have what it acknowledged, or errs in who is there */
export async function surviveKills(
  cleanup: Cleanup,
  { kills, seed, databaseUrl }: KillSchedule,
): Promise<void> {
  const random = seededRandom(seed);
  const vainStartMs = (): number => random() * VAIN_STARTS.longestMs;
  const stack = cleanup.use(
    await startStack({
      recorder: false,
      graceSeconds: GRACE_SECONDS,
      vainStartsMs: Array.from({ length: VAIN_STARTS.first }, vainStartMs),
      ...(databaseUrl === undefined ? {} : { databaseUrl }),
    }),
  );
  const session = await stack.signIn();
  const companyId = await firstCompany(session.api);
  const machines = Array.from({ length: DEVICES }, (_, number) => ({ user: `user-${number}`, host: 'desk' }));
  const devices: TestDevice[] = (await enrolAll(stack, machines)).map((enrolment, number) =>
    cleanup.use(
      createTestDevice({
        url: stack.url,
        enrolment,
        machine: { userName: `user-${number}`, hostName: 'desk', os: 'Linux' },
        graceMs: GRACE_SECONDS * 1_000,
        random,
      }),
    ),
  );
  const tally = await createAuditTally(session.api, companyId);
  const deps = { url: stack.url, api: session.api, companyId, tally, random };
  const written: Written[] = [
    writeGroups(deps),
    writeThreshold(deps),
    writeGrants(deps),
    await writePassword(deps),
    await writeDevices(deps),
  ];

  const check = async (): Promise<void> => {
    for (const sessionId of devices.flatMap((device) => [...device.begun])) {
      recordedSession.parse(await session.api('GET', `/api/v1/sessions/${sessionId}`));
    }
    const shown = await shownMeanwhile(devices, () => shownClients(stack, session));
    for (const device of devices) {
      device.check(shown.get(device.deviceId));
      device.requireGoodLogins();
    }
    for (const each of written) await each.check();
    await tally.verify();
  };

  for (let kill = 1; kill <= kills; kill += 1) {
    const stop = new AbortController();
    const writing = [
      ...written.map((each) => () => each.write()),
      ...devices.map((device) => () => device.act()),
    ].map((write) => writeUntil(stop.signal, random, write));
    await delay(LIFE_MS.shortest + random() * (LIFE_MS.longest - LIFE_MS.shortest));
    stop.abort();
    await stack.restartSfu('SIGKILL', random() < VAIN_STARTS.share ? [vainStartMs()] : []);
    for (const device of devices) device.sfuRestarted();
    await Promise.all(writing);
    await check();
  }
}
