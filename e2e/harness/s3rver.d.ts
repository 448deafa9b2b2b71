declare module '@20minutes/s3rver' {
  import type { AddressInfo } from 'node:net';

  /** What is used of the test server, which brings no types. */
  export default class S3rver {
    constructor(options: {
      address: string;
      port: number;
      directory: string;
      silent: boolean;
      configureBuckets: { name: string }[];
    });
    run(): Promise<AddressInfo>;
    close(): Promise<void>;
  }
}
