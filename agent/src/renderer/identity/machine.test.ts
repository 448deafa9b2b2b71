import { beforeEach, describe, expect, it } from '@jest/globals';
import { findMachine, machineNamed, type MachineSources } from './machine.ts';
import { readPageOptions } from './pageOptions.ts';

let stored: Map<string, string>;

function sources(search = '', shell?: MachineSources['shell']): MachineSources {
  return {
    options: readPageOptions(search),
    shell,
    storage: {
      getItem: (key) => stored.get(key) ?? null,
      setItem: (key, value) => void stored.set(key, value),
    },
    platform: 'Linux x86_64',
  };
}

beforeEach(() => {
  stored = new Map();
});

describe('who we are', () => {
  it('has to be asked the first time in a browser, and is remembered', () => {
    expect(findMachine(sources())).toBeUndefined();
    expect(machineNamed('  Ana ', sources())).toEqual({
      userName: 'Ana',
      hostName: 'browser',
      os: 'Linux x86_64',
    });
    expect(findMachine(sources())).toMatchObject({ userName: 'Ana' });
  });

  it('is taken from the page’s address before anything else', () => {
    machineNamed('Ana', sources());
    expect(findMachine(sources('?user=kiosk&host=hall'))).toMatchObject({
      userName: 'kiosk',
      hostName: 'hall',
    });
  });

  it('is taken from the system in the Electron shell', () => {
    const shell = { userName: 'ana', hostName: 'desk-7', os: 'Windows_NT 10' };
    expect(findMachine(sources('', shell))).toEqual(shell);
  });

  it('is not an empty or endless name', () => {
    expect(machineNamed('   ', sources())).toBeUndefined();
    expect(machineNamed('x'.repeat(65), sources())).toBeUndefined();
    expect(stored.size).toBe(0);
  });
});

describe('the page’s address', () => {
  it('sets frame rate and automatic start', () => {
    expect(readPageOptions('?fps=60&autostart=1')).toMatchObject({ fps: 60, autostart: true });
  });

  it('counts for nothing where it makes no sense', () => {
    expect(readPageOptions('?fps=fast&autostart=maybe')).toEqual({
      userName: undefined,
      hostName: undefined,
      fps: 30,
      autostart: false,
    });
  });
});
