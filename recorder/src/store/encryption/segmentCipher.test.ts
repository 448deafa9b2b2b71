import { describe, expect, it } from '@jest/globals';
import { encodeRunFolder, encodeSegmentName, encodeTrackFolder } from '@sightline/shared';
import * as fc from 'fast-check';
import { parseEncryptionKeys } from './encryptionKeys.ts';
import { createSegmentCipher } from './segmentCipher.ts';

const OLD = Buffer.alloc(32, 1).toString('base64');
const NEW = Buffer.alloc(32, 2).toString('base64');

const track = {
  companyId: 'acme',
  userId: 'zoë',
  sessionId: 's1',
  sessionStartedAtMs: 1_700_000_000_000,
  trackId: 'display-1',
};
const pathOf = ({ companyId = 'acme', sessionId = 's1', trackId = 'display-1', runId = 'r1', index = 0 }) => {
  const name = encodeSegmentName({ index, startMs: 1_700_000_000_000, durationMs: 6_000 });
  return `${encodeTrackFolder({ ...track, companyId, sessionId, trackId })}/${encodeRunFolder(runId)}/${name}e`;
};
const cipherOf = (...keys: string[]) => createSegmentCipher(parseEncryptionKeys(keys.join('\n'), 'keys'));

describe('the cipher of segments', () => {
  it('gives back what it was given, and shows nothing of it', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 4_096 }), (bytes) => {
        const media = Buffer.from(bytes);
        const stored = cipherOf(NEW).encode(pathOf({}), media);
        expect(stored.includes(media)).toBe(false);
        expect(cipherOf(NEW).decode(pathOf({}), stored).equals(media)).toBe(true);
      }),
    );
  });

  it('reads with every listed key, and writes with the last', () => {
    const before = cipherOf(OLD).encode(pathOf({}), Buffer.from('media'));
    const rotated = cipherOf(OLD, NEW);
    expect(rotated.decode(pathOf({}), before).toString()).toBe('media');
    const after = rotated.encode(pathOf({}), Buffer.from('media'));
    expect(cipherOf(NEW).decode(pathOf({}), after).toString()).toBe('media');
    expect(() => cipherOf(OLD).decode(pathOf({}), after)).toThrow(
      expect.objectContaining({ code: 'encryption-key-missing' }),
    );
    expect(() => createSegmentCipher(undefined).decode(pathOf({}), after)).toThrow(
      expect.objectContaining({ code: 'encryption-key-missing' }),
    );
  });

  it('does not decrypt what belongs elsewhere', () => {
    const stored = cipherOf(NEW).encode(pathOf({}), Buffer.from('media'));
    for (const elsewhere of [
      { companyId: 'other' },
      { sessionId: 's2' },
      { trackId: 'display-2' },
      { runId: 'r2' },
      { index: 1 },
    ]) {
      expect(() => cipherOf(NEW).decode(pathOf(elsewhere), stored)).toThrow(
        expect.objectContaining({ code: 'decryption-failed' }),
      );
    }
  });

  it('notices any change, and any end', () => {
    const stored = cipherOf(NEW).encode(pathOf({}), Buffer.from('media'));
    for (let at = 0; at < stored.length; at += 1) {
      const changed = Buffer.from(stored);
      changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
      expect(() => cipherOf(NEW).decode(pathOf({}), changed)).toThrow();
      expect(() => cipherOf(NEW).decode(pathOf({}), stored.subarray(0, at))).toThrow();
    }
  });

  it('leaves what was stored plain as it is, with and without keys', () => {
    const plain = pathOf({}).slice(0, -1);
    for (const cipher of [cipherOf(NEW), createSegmentCipher(undefined)])
      expect(cipher.decode(plain, Buffer.from('media')).toString()).toBe('media');
    expect([cipherOf(NEW).form, createSegmentCipher(undefined).form]).toEqual(['encrypted', 'plain']);
  });
});

describe('a list of keys', () => {
  it('takes lines, commas and remarks, and never shows a key that is none', () => {
    expect(parseEncryptionKeys(`# of 2025\n${OLD}\n\n${NEW}\n`, 'keys').newest).toBe(
      parseEncryptionKeys(`${OLD},${NEW}`, 'keys').newest,
    );
    for (const bad of ['', '# nothing', 'secret', `${NEW}, ${OLD.slice(4)}`]) {
      expect(() => parseEncryptionKeys(bad, 'keys')).toThrow(/openssl rand -base64 32/);
      expect(() => parseEncryptionKeys(bad, 'keys')).not.toThrow(/secret/);
    }
  });
});
