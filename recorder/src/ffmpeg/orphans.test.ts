import { spawn, type ChildProcess } from 'node:child_process';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { systemClock } from '@sightline/shared';
import { createLogger } from '@sightline/shared/node';
import { anOpenRun } from '../store/anOpenRun.ts';
import { folderOf, type OpenRun } from '../store/openRuns.ts';
import { PART_PATTERN } from '../store/runFolder.ts';
import { MEDIA_HOST } from './engine.ts';
import { reapOrphans } from './orphans.ts';
import { createPortAllocator, readSocket, type PortPair } from './udpPorts.ts';

/** Reads its RTP socket, and ends when its input does. */
const ORPHAN = `
  const socket = require('node:dgram').createSocket('udp4');
  socket.bind(Number(process.argv[1]), '${MEDIA_HOST}', () => process.stdout.write('listening'));
  process.stdin.resume().on('end', () => process.exit());
`;

let recordingsDir: string;
let ports: PortPair;
let rtcp: Socket;
let orphan: ChildProcess;
let run: OpenRun;

beforeEach(async () => {
  recordingsDir = await realpath(await mkdtemp(join(tmpdir(), 'sightline-orphans-')));
  ports = await createPortAllocator(MEDIA_HOST).allocate();
  rtcp = createSocket('udp4').bind(ports.rtcpPort, MEDIA_HOST);
  await once(rtcp, 'listening');
  run = anOpenRun({ rtcpPorts: [ports.rtcpPort] });
  const cwd = join(recordingsDir, folderOf(run));
  await mkdir(cwd, { recursive: true });
  orphan = spawn(process.execPath, ['-e', ORPHAN, String(ports.rtpPort), PART_PATTERN], {
    ...{ argv0: 'ffmpeg', cwd },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  if (orphan.stdout !== null) await once(orphan.stdout, 'data');
});

afterEach(async () => {
  orphan.kill('SIGKILL');
  rtcp.close();
  await rm(recordingsDir, { recursive: true });
});

const queuedBytes = async (): Promise<number | undefined> =>
  (await readSocket(MEDIA_HOST, ports.rtpPort))?.queuedBytes;

it('lets an ffmpeg that was left read what has arrived before it is told that no more comes', async () => {
  orphan.kill('SIGSTOP');
  await new Promise((resolve) => rtcp.send('a packet', ports.rtpPort, MEDIA_HOST, resolve));
  expect(await queuedBytes()).toBeGreaterThan(0);
  const unreadAtGoodbye = once(rtcp, 'message').then(queuedBytes);
  // It reads on after a few looks at what it has not read.
  let looks = 0;
  const clock = {
    ...systemClock,
    after: (ms: number, act: () => void) => {
      looks += 1;
      if (looks === 3) orphan.kill('SIGCONT');
      return systemClock.after(ms, act);
    },
  };
  const reaped = reapOrphans({
    recordingsDir,
    openRuns: [run],
    clock,
    logger: createLogger('test', 'silent'),
  });
  expect(await unreadAtGoodbye).toBe(0);
  orphan.stdin?.end();
  await reaped;
  expect(orphan.exitCode).toBe(0);
});
