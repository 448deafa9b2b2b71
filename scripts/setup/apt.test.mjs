import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { hasCommand, hasVersionedCommand, installCommand, missingOf } from './apt.mjs';
import { pathWithoutPackages } from './command.mjs';

it('finds a command only where it can be executed', () => {
  const directory = mkdtempSync(join(tmpdir(), 'apt-'));
  const file = join(directory, 'sightline-probe');
  try {
    writeFileSync(file, '');
    expect(hasCommand('sightline-probe', directory)).toBe(false);
    chmodSync(file, 0o755);
    expect(hasCommand('sightline-probe', directory)).toBe(true);
  } finally {
    rmSync(directory, { recursive: true });
  }
});

it('finds a command that each version keeps in a folder of its own', () => {
  const directory = mkdtempSync(join(tmpdir(), 'apt-'));
  try {
    mkdirSync(join(directory, '15', 'bin'), { recursive: true });
    expect(hasVersionedCommand('initdb', directory)).toBe(false);
    writeFileSync(join(directory, '15', 'bin', 'initdb'), '', { mode: 0o755 });
    expect(hasVersionedCommand('initdb', directory)).toBe(true);
    expect(hasVersionedCommand('initdb', join(directory, 'none'))).toBe(false);
  } finally {
    rmSync(directory, { recursive: true });
  }
});

it('names the requirements that are not met', () => {
  const shell = { package: 'dash', command: 'sh' };
  const nothing = { package: 'nothing', command: 'sightline-no-such-command' };
  expect(missingOf([shell, nothing])).toEqual([nothing]);
});

it('gives one command to copy', () => {
  expect(installCommand(['ffmpeg', 'xvfb'])).toBe(
    'sudo apt-get update && sudo apt-get install -y --no-install-recommends ffmpeg xvfb',
  );
});

it('keeps the folders of installed packages out of the PATH of npm', () => {
  expect(pathWithoutPackages('/app/node_modules/.bin:/usr/bin:/bin')).toBe('/usr/bin:/bin');
});
