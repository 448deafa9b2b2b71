import { agentRequests } from '@sightline/shared';
import * as z from 'zod';

const STORAGE_KEY = 'sightline.absences';

const absence = agentRequests['report-absence'].request;
const stored = z.object({ deviceId: z.string(), absences: z.array(absence) });

/** A time in which nothing could be recorded because the machine slept or was locked. */
export type Absence = z.output<typeof absence>;

/** Keeps absences that the server has not been told of, also when the page is loaded anew. Times are of the wall clock. */
export interface AbsenceStore {
  load(): Absence[];
  save(absences: readonly Absence[]): void;
}

/** Builds an {@link AbsenceStore}. */
export function createAbsenceStore(deps: {
  storage: Pick<Storage, 'getItem' | 'setItem'>;
  /** What another device was to tell is not told in the name of this one; undefined before it is enrolled. */
  deviceId: () => string | undefined;
  onError: (error: unknown) => void;
}): AbsenceStore {
  const { storage, deviceId } = deps;
  return {
    load() {
      const kept = stored.safeParse(parseJson(storage.getItem(STORAGE_KEY) ?? 'null')).data;
      return kept !== undefined && kept.deviceId === deviceId() ? kept.absences : [];
    },
    save(absences) {
      try {
        storage.setItem(STORAGE_KEY, JSON.stringify({ deviceId: deviceId() ?? '', absences }));
      } catch (error) {
        // The page still knows.
        deps.onError(error);
      }
    },
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Somebody else wrote there; it counts as nothing.
    return undefined;
  }
}
