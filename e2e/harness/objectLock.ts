import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';

/** A version of an object, and whether a legal hold is on it. */
export interface LockedVersion {
  key: string;
  held: boolean;
  /** It was stored with the hold on it. */
  heldFromTheStart: boolean;
}

/**
 * What a bucket with Object Lock, or without, answers as Amazon's S3 does, in front of a store that knows nothing of it: legal
 * holds on versions.
 */
export interface ObjectLock {
  /** In the order in which they were stored. */
  readonly versions: LockedVersion[];
  /** Answers what the store behind does not know; false if it is for the store. */
  answer(incoming: IncomingMessage, answer: ServerResponse): boolean;
  /** The store has answered. */
  answered(incoming: IncomingMessage, status: number): void;
}

const ENABLED =
  '<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled></ObjectLockConfiguration>';
const LEGAL_HOLD = 'x-amz-object-lock-legal-hold';

/** Builds the Object Lock of one bucket, whose requests name it in the path. */
export function createObjectLock(bucket: string, isEnabled: boolean): ObjectLock {
  const versions: LockedVersion[] = [];
  /** Multipart uploads whose objects are to be held. */
  const heldUploads = new Set<string>();
  const keyOf = ({ pathname }: URL): string => decodeURIComponent(pathname).slice(`/${bucket}/`.length);

  const setLegalHold = async (url: URL, incoming: IncomingMessage, answer: ServerResponse): Promise<void> => {
    const body = await text(incoming);
    const version = versions[Number(url.searchParams.get('versionId'))];
    if (!isEnabled || !isProven(incoming, body)) refuse(answer, 400, 'InvalidRequest');
    else if (version?.key !== keyOf(url)) refuse(answer, 404, 'NoSuchVersion');
    else {
      version.held = body.includes('<Status>ON</Status>');
      answer.end();
    }
  };

  return {
    versions,
    answer(incoming, answer) {
      const url = urlOf(incoming);
      const asks = (what: string): boolean => url.searchParams.has(what);
      const isToBeHeld = incoming.method === 'PUT' && LEGAL_HOLD in incoming.headers;
      if (incoming.method === 'GET' && asks('object-lock')) {
        if (isEnabled) answer.end(ENABLED);
        else refuse(answer, 404, 'ObjectLockConfigurationNotFoundError');
      } else if (incoming.method === 'GET' && asks('versions')) {
        answer.end(listOf(versions, url));
      } else if (incoming.method === 'PUT' && asks('legal-hold')) {
        setLegalHold(url, incoming, answer).catch(() => answer.destroy());
      } else if (isToBeHeld && !(isEnabled && hasChecksum(incoming))) {
        incoming.resume().on('end', () => refuse(answer, 400, 'InvalidRequest'));
      } else return false;
      return true;
    },
    answered(incoming, status) {
      if (status !== 200) return;
      const url = urlOf(incoming);
      const held = incoming.headers[LEGAL_HOLD] === 'ON';
      const key = keyOf(url);
      const isPart = url.searchParams.has('partNumber');
      if (incoming.method === 'PUT' && !isPart) versions.push({ key, held, heldFromTheStart: held });
      if (incoming.method !== 'POST') return;
      if (url.searchParams.has('uploads') && held) heldUploads.add(key);
      if (!url.searchParams.has('uploadId')) return;
      const wasHeld = heldUploads.delete(key);
      versions.push({ key, held: wasHeld, heldFromTheStart: wasHeld });
    },
  };
}

const urlOf = (incoming: IncomingMessage): URL => new URL(incoming.url ?? '', 'http://store');

/** In pages of two, so that several are needed; a version's id is its place. */
function listOf(versions: readonly LockedVersion[], url: URL): string {
  const prefix = url.searchParams.get('prefix') ?? '';
  const from = Number(url.searchParams.get('version-id-marker') ?? -1);
  const left = versions
    .map(({ key }, at) => ({ key, at }))
    .filter(({ key, at }) => at > from && key.startsWith(prefix));
  const page = left.slice(0, 2);
  const rows = page.map(
    ({ key, at }) => `<Version><Key>${escaped(key)}</Key><VersionId>${at}</VersionId></Version>`,
  );
  const last = page.at(-1);
  const more =
    last === undefined || left.length === page.length
      ? '<IsTruncated>false</IsTruncated>'
      : `<IsTruncated>true</IsTruncated><NextKeyMarker>${escaped(last.key)}</NextKeyMarker><NextVersionIdMarker>${last.at}</NextVersionIdMarker>`;
  return `<ListVersionsResult>${more}${rows.join('')}</ListVersionsResult>`;
}

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

/** Amazon's S3 demands either of what is to be locked. */
const hasChecksum = ({ headers }: IncomingMessage): boolean =>
  headers['content-md5'] !== undefined || headers['x-amz-checksum-sha256'] !== undefined;

const isProven = ({ headers }: IncomingMessage, body: string): boolean =>
  headers['x-amz-checksum-sha256'] === createHash('sha256').update(body).digest('base64');

function refuse(answer: ServerResponse, status: number, code: string): void {
  answer.writeHead(status, { 'content-type': 'application/xml' });
  answer.end(`<Error><Code>${code}</Code><Message>${code}</Message></Error>`);
}
