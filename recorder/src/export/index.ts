// What tests and benchmarks of other packages need to make exports and thumbnails of recordings of theirs.
export { createManifestReader } from '../evidence/manifestReader.ts';
export { createManifests } from '../evidence/manifests.ts';
export { createTestKey } from '../evidence/testKey.ts';
export { cutTornEnd } from '../ffmpeg/tornEnd.ts';
export { lastFrameOf, readTsFrames } from '../ffmpeg/tsFrames.ts';
export { createSprites } from '../playback/sprites.ts';
export { createTrackReader } from '../playback/trackReader.ts';
export { openFileCache } from '../store/fileCache.ts';
export { createLocalSegmentStore } from '../store/localSegmentStore.ts';
export { writeVideo } from './videoWriter.ts';
