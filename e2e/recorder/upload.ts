import { createHash, randomUUID } from 'node:crypto';
import { signUploadToken, type UploadOrder } from '@sightline/shared/node';
import type { FakeSfu } from './fakeSfu.ts';
import { RECORDER_SECRET } from './startRecorder.ts';

const TUS = { 'tus-resumable': '1.0.0' };

/** A piece of the sfu's track, as an agent would offer it. */
export function pieceOf(
  { track }: FakeSfu,
  content: Buffer,
  times: { fromMs: number; toMs: number },
): UploadOrder {
  const { companyId, userId, sessionId, sessionStartedAtMs, trackId, label, userName, hostName } = track;
  return {
    ...times,
    ...{ trackId, label, userName, hostName },
    pieceId: randomUUID(),
    bytes: content.length,
    sha256: createHash('sha256').update(content).digest('hex'),
    mimeType: 'video/mp4',
    location: { companyId, userId, sessionId, sessionStartedAtMs },
  };
}

/** Uploads a piece from where its upload stands, up to `untilBytes`. Returns where it stood. */
export async function upload(
  sfu: FakeSfu,
  order: UploadOrder,
  content: Buffer,
  untilBytes = content.length,
): Promise<number> {
  const url = `${sfu.mediaBaseUrl}/uploads/${order.pieceId}`;
  const token = await signUploadToken(RECORDER_SECRET, order, Date.now() + 60_000);
  const headers = { ...TUS, authorization: `Bearer ${token}` };
  const head = await fetch(url, { method: 'HEAD', headers });
  const offset = Number(head.headers.get('upload-offset'));
  const answer = await fetch(url, {
    method: 'PATCH',
    headers: {
      ...headers,
      'content-type': 'application/offset+octet-stream',
      'upload-offset': String(offset),
    },
    body: new Uint8Array(content.subarray(offset, untilBytes)),
  });
  if (answer.status !== 204) throw new Error(`the upload was answered ${answer.status}`);
  return offset;
}
