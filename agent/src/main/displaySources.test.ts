import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Streams } from 'electron';
import { createDisplaySources, type DisplaySources } from './displaySources.ts';
import { ownPage } from './ownPage.ts';

const page = ownPage({});
const thumbnail = { toDataURL: () => 'data:image/png;base64,AA==' };
const SOURCES = [
  { id: 'screen:1:0', name: 'Display 1', thumbnail },
  { id: 'window:7:0', name: 'Letter', thumbnail },
];
const REQUEST = { frame: { url: page.url }, audioRequested: true };

let sources: DisplaySources;

function create(platform: NodeJS.Platform): DisplaySources {
  return createDisplaySources({ capturer: { getSources: async () => SOURCES }, page, platform });
}

function answer(request: Parameters<DisplaySources['answer']>[0]): Streams | null | undefined {
  let given: Streams | null | undefined;
  sources.answer(request, (streams) => (given = streams));
  return given;
}

beforeEach(() => {
  sources = create('linux');
});

describe('display sources', () => {
  it('are listed with a picture each', async () => {
    await expect(sources.list()).resolves.toEqual([
      { id: 'screen:1:0', name: 'Display 1', kind: 'screen', thumbnailUrl: thumbnail.toDataURL() },
      { id: 'window:7:0', name: 'Letter', kind: 'window', thumbnailUrl: thumbnail.toDataURL() },
    ]);
  });

  it('answer one capture with what was chosen', async () => {
    await sources.list();
    sources.choose('screen:1:0');
    expect(answer(REQUEST)).toEqual({ video: { id: 'screen:1:0', name: 'Display 1' } });
    expect(answer(REQUEST)).toBeNull();
  });

  it('come with the machine’s sound where Electron can capture it', async () => {
    sources = create('win32');
    await sources.list();
    sources.choose('window:7:0');
    expect(answer(REQUEST)).toMatchObject({ audio: 'loopback' });
  });

  it('are refused to pages that are not ours, and the choice is used up', async () => {
    await sources.list();
    sources.choose('screen:1:0');
    expect(answer({ ...REQUEST, frame: { url: 'https://elsewhere.example/' } })).toBeNull();
    expect(answer(REQUEST)).toBeNull();
    sources.choose('screen:1:0');
    expect(answer({ ...REQUEST, frame: null })).toBeNull();
  });

  it('can only be chosen from the last list', () => {
    expect(() => sources.choose('screen:1:0')).toThrow(/not there any more/);
  });
});
