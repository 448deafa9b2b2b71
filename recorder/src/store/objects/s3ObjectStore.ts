import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  NoSuchKey,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { proves } from './checksums.ts';
import { ObjectStoreError, type ObjectStore } from './objectStore.ts';

/** Where the bucket is. Credentials are the SDK's own business: environment, profile, or the machine's role. */
export interface S3Location {
  bucket: string;
  /** Undefined: Amazon's. */
  endpoint: string | undefined;
  region: string;
  /** Before every key. */
  prefix: string;
}

/** What is larger goes up in parts of this size. */
const PART_BYTES = 16 * 1024 * 1024;
const CONNECT_MS = 5_000;
/** Without a byte in either direction. */
const SILENCE_MS = 30_000;

/** Builds the store of an S3-compatible bucket. */
export function createS3ObjectStore(
  { bucket, endpoint, region, prefix }: S3Location,
  { partBytes = PART_BYTES } = {},
): ObjectStore {
  const client = new S3Client({
    region,
    ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
    // Others than Amazon's do not know the newer checksums that the SDK would add by itself.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    maxAttempts: 2,
    requestHandler: { connectionTimeout: CONNECT_MS, requestTimeout: SILENCE_MS },
  });
  const placeOf = (key: string): { Bucket: string; Key: string } => ({
    Bucket: bucket,
    Key: `${prefix}${key}`,
  });

  const get = async (key: string): Promise<Buffer | undefined> => {
    try {
      const { Body } = await client.send(new GetObjectCommand(placeOf(key)));
      return Body && Buffer.from(await Body.transformToByteArray());
    } catch (error) {
      if (error instanceof NoSuchKey) return undefined;
      throw faultOf(error);
    }
  };

  const upload = async (key: string, content: Buffer): Promise<boolean | undefined> => {
    try {
      await new Upload({
        client,
        params: { ...placeOf(key), Body: content, ChecksumAlgorithm: 'SHA256' },
        partSize: partBytes,
        queueSize: 1,
      }).done();
      const told = await client.send(new HeadObjectCommand({ ...placeOf(key), ChecksumMode: 'ENABLED' }));
      return proves(told, content, partBytes);
    } catch (error) {
      throw faultOf(error);
    }
  };

  return {
    async put(key, content) {
      const proven = (await upload(key, content)) ?? (await get(key))?.equals(content);
      if (proven === true) return;
      throw new ObjectStoreError(
        'checksum-mismatch',
        `The object store has something else under ${prefix}${key} than it was given.`,
      );
    },
    get,
    async remove(key) {
      try {
        await client.send(new DeleteObjectCommand(placeOf(key)));
      } catch (error) {
        if (!(error instanceof NoSuchKey)) throw faultOf(error);
      }
    },
    close: () => client.destroy(),
  };
}

/** By RFC 9110 a status of 4xx is about the request; 408 and 429 say that it may be made again. */
function faultOf(error: unknown): ObjectStoreError {
  const status = error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
  const refused = status !== undefined && status >= 400 && status < 500 && status !== 408 && status !== 429;
  const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  if (refused || isCredentialsFault(error)) {
    return new ObjectStoreError(
      'store-refused',
      `The object store refuses (${reason}); look at the bucket, its policy and the credentials.`,
      { cause: error },
    );
  }
  return new ObjectStoreError('store-unreachable', `The object store cannot be reached (${reason}).`, {
    cause: error,
  });
}

const isCredentialsFault = (error: unknown): boolean =>
  error instanceof Error && error.name === 'CredentialsProviderError';
