import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Device } from '@sightline/shared';
import { TypedEmitter, viewerNotices } from '@sightline/shared';
import { createScene, type Scene } from '../presence/scene.ts';
import type { CoordinatorEvents } from '../recording/coordinator.ts';
import { announceToViewers } from './announce.ts';

interface Told {
  rooms: string[];
  except: string[];
  event: string;
  payload: unknown;
}

let scene: Scene;
let device: Device;
let told: Told[];

beforeEach(async () => {
  scene = await createScene();
  device = await scene.enrol('ann');
  told = [];
  announceToViewers({
    presence: scene.presence,
    directory: scene.directory,
    alarms: [
      new TypedEmitter<Pick<CoordinatorEvents, 'alarm'>>((error) => {
        throw error;
      }),
    ],
    registry: {
      events: new TypedEmitter((error) => {
        throw error;
      }),
    },
    recordingStateOf: () => 'recording',
    toRooms: (rooms, except = []) => ({
      emit: (event, payload) => told.push({ rooms, except, event, payload }),
    }),
  });
});

const events = (): string[] => told.map(({ event }) => event);

describe('viewers', () => {
  it('are told what happens to a client, in the protocol’s shape', async () => {
    const agent = scene.connect(device);
    const { ticket } = await agent.login();
    const { sessionId, producer } = await agent.publish();
    agent.drop();
    const back = scene.connect(device);
    await back.relogin(ticket);
    await scene.done(back.admitted.appClosed());
    expect(events()).toEqual([
      'client-connected',
      'start-streaming',
      'client-updated',
      'client-updated',
      'client-reconnecting',
      'client-connected',
      'stop-streaming',
      'client-disconnected',
    ]);
    for (const { event, payload } of told) {
      if (Object.hasOwn(viewerNotices, event)) {
        const schema = viewerNotices[event as keyof typeof viewerNotices];
        expect(schema.parse(payload)).toEqual(payload);
      }
    }
    expect(told[3]?.payload).toMatchObject({
      client: {
        clientId: device.deviceId,
        deviceName: 'ann',
        userName: 'ann',
        hostName: 'desk',
        presence: { state: 'online' },
        session: { sessionId },
        tracks: [{ trackId: 'display-1', producers: { full: producer.id }, recording: 'recording' }],
      },
    });
    expect(told[4]?.payload).toMatchObject({
      client: { presence: { state: 'reconnecting' }, tracks: [{ trackId: 'display-1' }] },
    });
    expect(told.at(-1)?.payload).toMatchObject({
      client: { presence: { state: 'offline' }, tracks: [] },
      reason: 'app-closed',
    });
  });

  it('lose a client that leaves their group, and get one that joins it', () => {
    scene.presence.deviceChanged({ ...device, groupId: 'office' });
    told.length = 0;
    scene.presence.deviceChanged({ ...device, groupId: 'reception' });
    expect(told).toMatchObject([
      {
        event: 'client-removed',
        rooms: ['everywhere', 'company:acme', 'group:acme:office'],
        except: ['everywhere', 'company:acme', 'group:acme:reception'],
        payload: { clientId: device.deviceId },
      },
      { event: 'client-updated', rooms: ['everywhere', 'company:acme', 'group:acme:reception'], except: [] },
    ]);
  });

  it('lose a client that is revoked', async () => {
    await scene.connect(device).login();
    told.length = 0;
    scene.presence.deviceRevoked(device.deviceId);
    expect(events()).toEqual(['client-disconnected', 'client-removed']);
  });

  it('are told of idleness', async () => {
    const agent = scene.connect(device);
    await agent.login();
    told.length = 0;
    agent.admitted.reportActivity(700_000);
    expect(events()).toEqual(['idle-alert', 'client-updated']);
    expect(told[1]?.payload).toMatchObject({ client: { idleSinceMs: scene.clock.nowMs() - 700_000 } });
    agent.admitted.reportActivity(0);
    expect(told[2]?.payload).toMatchObject({ client: { idleSinceMs: null } });
  });
});
