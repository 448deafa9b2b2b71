import { createHash } from 'node:crypto';

/** What a store tells of an object that it has. */
export interface ToldOfObject {
  ContentLength?: number | undefined;
  ChecksumSHA256?: string | undefined;
  ETag?: string | undefined;
  ServerSideEncryption?: string | undefined;
  SSECustomerAlgorithm?: string | undefined;
}

/**
 * Whether what a store tells of an object proves that it is `content`: by SHA-256 if it knows it, else by the MD5 in its ETag.
 * Undefined if it tells neither. Both are, for an object of several parts, the digest of the parts' digests.
 */
export function proves(told: ToldOfObject, content: Buffer, partBytes: number): boolean | undefined {
  if (told.ContentLength !== undefined && told.ContentLength !== content.length) return false;
  if (told.ChecksumSHA256 !== undefined) {
    const [whole, inParts] = digestsOf('sha256', content, partBytes).map((one) => one.toString('base64'));
    const [sum] = told.ChecksumSHA256.split('-', 1);
    return sum === whole || sum === inParts;
  }
  const tag = /^"?([0-9a-f]{32})(-\d+)?"?$/.exec(told.ETag ?? '');
  // With a key of its own, the store's ETag is no digest of the content.
  const isDigest = told.SSECustomerAlgorithm === undefined && !told.ServerSideEncryption?.includes('kms');
  if (tag === null || !isDigest) return undefined;
  const [whole, inParts] = digestsOf('md5', content, partBytes).map((one) => one.toString('hex'));
  return tag[1] === (tag[2] === undefined ? whole : inParts);
}

function digestsOf(algorithm: string, content: Buffer, partBytes: number): [whole: Buffer, inParts: Buffer] {
  const digest = (bytes: Buffer): Buffer => createHash(algorithm).update(bytes).digest();
  const parts: Buffer[] = [];
  for (let at = 0; at < content.length; at += partBytes)
    parts.push(digest(content.subarray(at, at + partBytes)));
  return [digest(content), digest(Buffer.concat(parts))];
}
