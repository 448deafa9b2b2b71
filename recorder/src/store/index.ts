// What end-to-end tests need to look into a bucket.
export { createS3ObjectStore } from './objects/s3ObjectStore.ts';
