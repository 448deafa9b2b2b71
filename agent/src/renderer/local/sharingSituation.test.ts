import { describe, expect, it } from '@jest/globals';
import { fakeDisplay, fakeStream } from '../publish/fakeMedia.ts';
import { sharingSituation } from './sharingSituation.ts';

const stream = fakeStream('p1', async () => new Map());
const streaming: Parameters<typeof sharingSituation>[0] = {
  displays: [fakeDisplay('display-1')],
  streams: [
    { trackId: 'display-1', source: 'full', stream },
    { trackId: 'display-2', source: 'small', stream },
  ],
  flowing: true,
  paused: false,
  sessionId: 's1',
  isConnected: true,
  recorded: true,
};

describe('what reaches the server', () => {
  it('is what is sent in full', () => {
    expect(sharingSituation(streaming)).toMatchObject({
      mayRecord: true,
      streamed: new Set(['display-1']),
    });
  });

  it.each([{ isConnected: false }, { flowing: false }, { sessionId: undefined }, { streams: [] }])(
    'is nothing with %p',
    (part) => {
      expect(sharingSituation({ ...streaming, ...part }).streamed.size).toBe(0);
    },
  );

  it.each([{ paused: true }, { recorded: false }, { recorded: undefined }])(
    'is not recorded here with %p',
    (part) => {
      expect(sharingSituation({ ...streaming, ...part }).mayRecord).toBe(false);
    },
  );
});
