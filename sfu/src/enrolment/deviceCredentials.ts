import type { Device } from '@sightline/shared';
import type { DevicesRepository } from '../db/devices.ts';
import { hashSecret, looksLikeSecret } from '../identity/secrets.ts';

/** Tells devices by their credentials. */
export interface DeviceCredentials {
  /** The device that a credential belongs to. */
  authenticate(credential: string): Promise<Device | 'unknown' | 'revoked'>;
  /** Must be called once a device was changed or revoked: what was known of it no longer holds. */
  forget(deviceId: string): void;
}

/** Some thousand agents that come back at once after a network's failure; a device takes less than 1 KiB. */
const CACHED_DEVICES = 10_000;

/** Builds {@link DeviceCredentials}, which remembers devices so that a crowd that reconnects costs no queries. */
export function createDeviceCredentials(deps: {
  devices: Pick<DevicesRepository, 'findByCredential'>;
  /** How many devices are remembered. */
  cachedDevices?: number;
}): DeviceCredentials {
  const limit = deps.cachedDevices ?? CACHED_DEVICES;
  const byHash = new Map<string, Device>();
  const hashes = new Map<string, string>();
  /** Counts what was forgotten: a query that was under way meanwhile may have read the past. */
  let generation = 0;

  const drop = (deviceId: string): void => {
    byHash.delete(hashes.get(deviceId) ?? '');
    hashes.delete(deviceId);
  };

  const remember = (hash: string, device: Device): void => {
    const [oldest] = hashes.keys();
    if (hashes.size >= limit && oldest !== undefined) drop(oldest);
    byHash.set(hash, device);
    hashes.set(device.deviceId, hash);
  };

  const look = async (hash: string): Promise<Device | 'unknown' | 'revoked'> => {
    for (;;) {
      const asked = generation;
      const device = await deps.devices.findByCredential(hash);
      if (asked !== generation) continue;
      if (device === undefined) return 'unknown';
      if (device.revokedAtMs !== null) return 'revoked';
      remember(hash, device);
      return device;
    }
  };

  return {
    async authenticate(credential) {
      if (!looksLikeSecret(credential)) return 'unknown';
      const hash = hashSecret(credential);
      return byHash.get(hash) ?? (await look(hash));
    },
    forget(deviceId) {
      generation += 1;
      drop(deviceId);
    },
  };
}
