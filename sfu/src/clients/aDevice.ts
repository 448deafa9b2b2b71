import type { Device } from '@sightline/shared';

/** An enrolled device, for tests; like all others but for `differences`. */
export const aDevice = (differences: Partial<Device> = {}): Device => ({
  deviceId: 'device-1',
  companyId: 'acme',
  groupId: null,
  name: 'Front desk',
  userId: 'ann@desk',
  enrolledAtMs: 0,
  revokedAtMs: null,
  ...differences,
});
