import type { Device } from '@sightline/shared';
import { computed, type ComputedRef, type Ref } from 'vue';
import { useApi } from '../api/api.ts';
import { useRefreshed } from '../ui/useRefreshed.ts';

const REFRESH_MS = 60_000;

/** Somebody whose screens are recorded, and the devices that they are recorded from. */
export interface RecordedUser {
  userId: string;
  /** With the names that administrators gave the devices, where they say more. */
  title: string;
  deviceIds: string[];
}

/** The users of a company, by name: whoever had a device, revoked ones too, for their recordings stay. */
export function useRecordedUsers(companyId: string): {
  users: ComputedRef<RecordedUser[] | undefined>;
  trouble: Ref<string | undefined>;
} {
  const { organisation: api } = useApi();
  const { value, trouble } = useRefreshed(() => api.devices(companyId), {
    periodMs: REFRESH_MS,
    wanted: () => true,
  });
  return { users: computed(() => value.value && usersOf(value.value)), trouble };
}

function usersOf(devices: readonly Device[]): RecordedUser[] {
  return [...Map.groupBy(devices, ({ userId }) => userId)]
    .map(([userId, own]) => {
      const names = new Set(own.map(({ name }) => name).filter((name) => name !== userId));
      const title = names.size === 0 ? userId : `${userId} (${[...names].join(', ')})`;
      return { userId, title, deviceIds: own.map(({ deviceId }) => deviceId) };
    })
    .sort((a, b) => a.title.localeCompare(b.title));
}
