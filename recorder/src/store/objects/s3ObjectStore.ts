import {
  DeleteObjectCommand,
  GetObjectCommand,
  GetObjectLockConfigurationCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  NoSuchKey,
  PutObjectLegalHoldCommand,
  S3Client,
  S3ServiceException,
  type ListObjectVersionsOutput,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { codeOf } from '../fileErrors.ts';
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

  const upload = async (key: string, content: Buffer, legalHold: boolean): Promise<boolean | undefined> => {
    try {
      await new Upload({
        client,
        params: {
          ...placeOf(key),
          Body: content,
          // Object Lock demands a checksum of what it is to lock.
          ChecksumAlgorithm: 'SHA256',
          ...(legalHold ? { ObjectLockLegalHoldStatus: 'ON' } : {}),
        },
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
    async put(key, content, { legalHold } = { legalHold: false }) {
      const proven = (await upload(key, content, legalHold)) ?? (await get(key))?.equals(content);
      if (proven === true) return;
      throw new ObjectStoreError(
        'checksum-mismatch',
        'The object store has something else than it was given.',
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
    async hasObjectLock() {
      try {
        const told = await client.send(new GetObjectLockConfigurationCommand({ Bucket: bucket }));
        return told.ObjectLockConfiguration?.ObjectLockEnabled === 'Enabled';
      } catch (error) {
        if (isNamed(error, LOCKS_UNKNOWN)) return false;
        throw faultOf(error);
      }
    },
    async *versionsIn(folder) {
      const place = { Bucket: bucket, Prefix: `${prefix}${folder}/` };
      let page: ListObjectVersionsOutput | undefined;
      do {
        const next = { KeyMarker: page?.NextKeyMarker, VersionIdMarker: page?.NextVersionIdMarker };
        try {
          page = await client.send(new ListObjectVersionsCommand({ ...place, ...next }));
        } catch (error) {
          throw faultOf(error);
        }
        for (const { Key, VersionId } of page.Versions ?? [])
          if (Key !== undefined) yield { key: Key.slice(prefix.length), versionId: VersionId };
      } while (page.IsTruncated === true);
    },
    async setLegalHold({ key, versionId }, held) {
      try {
        await client.send(
          new PutObjectLegalHoldCommand({
            ...placeOf(key),
            ...(versionId === undefined ? {} : { VersionId: versionId }),
            LegalHold: { Status: held ? 'ON' : 'OFF' },
            ChecksumAlgorithm: 'SHA256',
          }),
        );
      } catch (error) {
        if (!isNamed(error, ['NoSuchKey', 'NoSuchVersion'])) throw faultOf(error);
      }
    },
    close: () => client.destroy(),
  };
}

/** What stores answer whose buckets, or that one, have no Object Lock. */
const LOCKS_UNKNOWN = ['ObjectLockConfigurationNotFoundError', 'NotImplemented', 'MethodNotAllowed'];

const isNamed = (error: unknown, names: readonly string[]): boolean =>
  error instanceof S3ServiceException && names.includes(error.name);

/** By RFC 9110 a status of 4xx is about the request; 408 and 429 say that it may be made again. */
function faultOf(error: unknown): ObjectStoreError {
  const status = error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
  const refused = status !== undefined && status >= 400 && status < 500 && status !== 408 && status !== 429;
  const reason = [codeOf(error), status].filter((part) => part !== undefined).join(', ');
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
