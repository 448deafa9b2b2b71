import { afterAll, expect, it } from '@jest/globals';
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
import { createCleanup } from './harness/cleanup.ts';
import { enrolAll, firstCompany } from './harness/enrolment.ts';
import { seededRandom } from './harness/random.ts';
import type { Session } from './harness/session.ts';
import { startStack, type Stack } from './harness/stack.ts';
import { writeGrants, writeGroups, writeThreshold, type Written } from './killed/administration.ts';
import { createAuditTally } from './killed/auditTally.ts';
import { writeDevices, writePassword } from './killed/credentials.ts';
import { createTestDevice, type TestDevice } from './killed/device.ts';
import { allowLostAnswer } from './killed/lostAnswer.ts';

const KILLS = 100;
/** Printed with the result; `SEED=…` repeats what is done, though not when exactly it is killed. */
const SEED = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
const DEVICES = 6;
const GRACE_SECONDS = 6;
/** How long the sfu runs before it is killed again. */
const LIFE_MS = { shortest: 20, longest: 700 };
/** People and machines do not write without a pause. */
const PAUSE_MS = 20;

const cleanup = createCleanup();
afterAll(() => cleanup.close());

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

it(`${KILLS} times killed at random (SEED=${SEED}), the sfu has everything that it acknowledged, and knows who is there`, async () => {
  const random = seededRandom(SEED);
  const stack = cleanup.use(await startStack({ recorder: false, graceSeconds: GRACE_SECONDS }));
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
    const shown = await shownClients(stack, session);
    for (const device of devices) {
      for (const sessionId of device.begun) {
        recordedSession.parse(await session.api('GET', `/api/v1/sessions/${sessionId}`));
      }
      device.check(shown.get(device.deviceId));
      device.requireGoodLogins();
    }
    for (const each of written) await each.check();
    await tally.verify();
  };

  for (let kill = 1; kill <= KILLS; kill += 1) {
    const stop = new AbortController();
    const writing = [...written.map((each) => each.write), ...devices.map((device) => device.act)].map(
      (write) => writeUntil(stop.signal, random, write),
    );
    await delay(LIFE_MS.shortest + random() * (LIFE_MS.longest - LIFE_MS.shortest));
    stop.abort();
    await stack.restartSfu('SIGKILL');
    for (const device of devices) device.sfuRestarted();
    await Promise.all(writing);
    await check();
  }
}, 300_000);
