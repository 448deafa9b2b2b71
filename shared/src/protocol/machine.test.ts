import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { hostileText } from '../codecs/hostileText.ts';
import { encodePathPart } from '../codecs/pathPart.ts';
import { encodeRunFolder, encodeSegmentName, encodeTrackFolder } from '../codecs/segmentPath.ts';
import { machineInfo } from './machine.ts';
import { id, trackId } from './media.ts';

const machine = { userName: 'alice', hostName: 'ws-0101', os: 'Debian 12' };

describe('what an agent says of its machine', () => {
  it('is trimmed', () => {
    expect(machineInfo.parse({ ...machine, userName: '  alice ' }).userName).toBe('alice');
  });

  it.each(['', '   ', 'x'.repeat(65), '\ud800', '漢'.repeat(33), '!'.repeat(64), "'".repeat(33)])(
    'is refused for the name %j',
    (userName) => {
      expect(machineInfo.safeParse({ ...machine, userName }).success).toBe(false);
    },
  );

  it.each(['Zoë', '..', 'a/b\\c', 'CON', '漢'.repeat(8), '😀'])('fits a path for the name %j', (userName) => {
    const parsed = machineInfo.parse({ ...machine, userName });
    expect(encodePathPart(`${parsed.userName}@${parsed.hostName}`)).toBeDefined();
  });
});

it('lets nobody and nothing be called what cannot be recorded', () => {
  const units = fc.constantFrom('!', '漢', '😀', ' ', 'x').map((unit) => unit.repeat(64 / unit.length));
  const text = fc.oneof(hostileText, units);
  const segment = encodeSegmentName({ index: 1e11, startMs: 1e14, durationMs: 1e11 });
  fc.assert(
    fc.property(text, text, text, (userName, hostName, other) => {
      const named = machineInfo.safeParse({ userName, hostName, os: '' }).data ?? machine;
      const serverMade = id.safeParse(other).data ?? 'x'.repeat(64);
      const track = encodeTrackFolder({
        companyId: serverMade,
        userId: `${named.userName}@${named.hostName}-99999`,
        sessionId: serverMade,
        sessionStartedAtMs: 0,
        trackId: trackId.safeParse(other).data ?? 'x'.repeat(32),
      });
      const path = `${track}/${encodeRunFolder(serverMade)}/${segment}`;
      // Registers name files by ids, with an ending while they are replaced.
      for (const part of path.split('/')) expect(`${part}.json.new`.length).toBeLessThanOrEqual(255);
      // Of a key in S3, less a prefix; PATH_MAX is four times that.
      expect(path.length).toBeLessThanOrEqual(1_024 - 128);
    }),
    { numRuns: 1_000 },
  );
});
