import { describe, expect, it } from '@jest/globals';
import { encodePathPart } from '../codecs/pathPart.ts';
import { machineInfo } from './machine.ts';

const machine = { userName: 'alice', hostName: 'ws-0101', os: 'Debian 12' };

describe('what an agent says of its machine', () => {
  it('is trimmed', () => {
    expect(machineInfo.parse({ ...machine, userName: '  alice ' }).userName).toBe('alice');
  });

  it.each(['', '   ', 'x'.repeat(65), '\ud800', '漢'.repeat(33)])(
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
