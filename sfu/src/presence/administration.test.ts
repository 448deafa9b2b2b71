import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Device } from '@sightline/shared';
import { createScene, type Scene } from './scene.ts';

let scene: Scene;
let device: Device;

beforeEach(async () => {
  scene = await createScene();
  device = await scene.enrol('ann');
});

const presenceOf = () => [...scene.presence.devices()].find((each) => each.deviceId === device.deviceId);

describe('a device that is revoked', () => {
  it('is cut off at once: told, closed, its session and media ended', async () => {
    const agent = scene.connect(device);
    const waiting = scene.connect(device);
    await agent.login();
    const { sessionId, producer } = await agent.publish();
    await scene.repositories.devices.revoke(device.companyId, device.deviceId, 1);
    scene.presence.deviceRevoked(device.deviceId);
    expect(agent.notices).toEqual(['device-revoked']);
    expect([agent.isDismissed, waiting.isDismissed]).toEqual([true, true]);
    expect(producer.closed).toBe(true);
    agent.drop();
    await scene.settle();
    const session = await scene.repositories.recordings.findSession(sessionId);
    expect(session?.endedAtMs).not.toBeNull();
    expect(scene.broadcasts.slice(-2)).toEqual(['disconnected ann device-revoked', 'removed ann']);
    expect(presenceOf()).toBeUndefined();
    expect(scene.clock.pending).toBe(0);
  });

  it('does not come in any more, though its credential was looked up a moment before', () => {
    scene.presence.deviceRevoked(device.deviceId);
    expect(() => scene.connect(device)).toThrow(expect.objectContaining({ code: 'device-revoked' }));
  });

  it('has no grace left', async () => {
    const agent = scene.connect(device);
    await agent.login();
    agent.drop();
    scene.presence.deviceRevoked(device.deviceId);
    await scene.settle();
    expect(scene.clock.pending).toBe(0);
  });
});

describe('a device that is revoked before presence has heard that it was enrolled', () => {
  it('is not taken in', () => {
    scene.presence.deviceRevoked(device.deviceId);
    scene.presence.deviceEnrolled(device);
    expect([...scene.presence.devices()]).toEqual([]);
  });
});

describe('a device that is changed', () => {
  it('goes by its new name and group, its client too', async () => {
    const agent = scene.connect(device);
    await agent.login();
    const regrouped: (string | null)[] = [];
    scene.presence.events.on('regrouped', (_device, before) => regrouped.push(before));
    scene.presence.deviceChanged({ ...device, name: 'Reception' });
    scene.presence.deviceChanged({ ...device, name: 'Reception', groupId: 'g1' });
    scene.presence.deviceChanged({ ...device, name: 'Reception', groupId: null });
    expect(scene.broadcasts.at(-1)).toBe('updated Reception');
    expect(regrouped).toEqual([null, 'g1']);
    expect(agent.admitted.client().device.name).toBe('Reception');
  });
});

describe('idleness', () => {
  const alerts = async () => scene.repositories.idleAlerts.list('acme', { limit: 10 });

  it('raises an alert at the threshold, keeps it, and ends it on return', async () => {
    const agent = scene.connect(device);
    await agent.login();
    agent.admitted.reportActivity(15_000);
    const idleSinceMs = scene.clock.nowMs() - 15_000;
    scene.clock.advance(584_999);
    expect(presenceOf()?.idle.idleSinceMs).toBeNull();
    scene.clock.advance(1);
    await scene.settle();
    expect(presenceOf()?.idle.idleSinceMs).toBe(idleSinceMs);
    expect(scene.broadcasts).toContain('idle-alert ann');
    expect(await alerts()).toMatchObject([{ clientId: device.deviceId, idleSinceMs, endedAtMs: null }]);
    agent.admitted.reportActivity(600_015);
    agent.admitted.reportActivity(0);
    await scene.settle();
    expect(presenceOf()?.idle.idleSinceMs).toBeNull();
    expect(await alerts()).toMatchObject([{ endedAtMs: expect.any(Number) }]);
    expect(scene.clock.pending).toBe(0);
  });

  it('raises none when the machine was touched in time, and none while nothing is reported', async () => {
    const agent = scene.connect(device);
    await agent.login();
    agent.admitted.reportActivity(599_000);
    agent.admitted.reportActivity(0);
    scene.clock.advance(600_000);
    agent.admitted.reportActivity(599_000);
    agent.drop();
    scene.clock.advance(30_000);
    await scene.settle();
    expect(await alerts()).toEqual([]);
  });

  it('ends with the client, and with the server', async () => {
    const agent = scene.connect(device);
    await agent.login();
    agent.admitted.reportActivity(700_000);
    await scene.done(agent.admitted.appClosed());
    expect(await alerts()).toMatchObject([{ endedAtMs: expect.any(Number) }]);
    const again = scene.connect(device);
    await again.login();
    again.admitted.reportActivity(700_000);
    await scene.settle();
    await scene.restart();
    expect((await alerts()).every(({ endedAtMs }) => endedAtMs !== null)).toBe(true);
  });

  it('is judged anew when the company allows less', async () => {
    const agent = scene.connect(device);
    await agent.login();
    agent.admitted.reportActivity(60_000);
    scene.presence.companyChanged({ ...scene.company, idleThresholdMs: 30_000 });
    await scene.settle();
    expect(await alerts()).toHaveLength(1);
    scene.presence.companyChanged({ ...scene.company, idleThresholdMs: 120_000 });
    await scene.settle();
    expect(await alerts()).toMatchObject([{ endedAtMs: expect.any(Number) }]);
    scene.clock.advance(60_000);
    await scene.settle();
    expect(await alerts()).toHaveLength(2);
  });
});
