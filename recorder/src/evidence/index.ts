// What the benchmark of evidence measures.
export { createLocalSegmentStore } from '../store/localSegmentStore.ts';
export { syncPath } from '../store/durable.ts';
export { syncAndDigest } from '../store/fileDigest.ts';
export { createManifests } from './manifests.ts';
export { ensureSealKey } from './sealKey.ts';
