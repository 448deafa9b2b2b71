import { join } from 'node:path';
import { MANIFEST_FILE } from '@sightline/shared';
import type { ManifestReader } from '../evidence/manifestReader.ts';
import { trackFromManifest, type RecordedTrack } from './recordedTrack.ts';

/** Tells what is recorded of tracks. */
export interface TrackReader {
  /** @param trackFolder relative to the recordings' root. Undefined if nothing is known of the track. */
  read(trackFolder: string): Promise<RecordedTrack | undefined>;
}

/** Builds a {@link TrackReader} on the manifests of the sessions. */
export function createTrackReader(deps: { recordingsDir: string; manifests: ManifestReader }): TrackReader {
  return {
    async read(trackFolder) {
      const sessionFolder = trackFolder.slice(0, trackFolder.lastIndexOf('/'));
      const entries = await deps.manifests.read(join(deps.recordingsDir, sessionFolder, MANIFEST_FILE));
      return entries && trackFromManifest(entries, trackFolder);
    },
  };
}
