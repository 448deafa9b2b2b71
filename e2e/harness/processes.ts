import { readFile, readdir } from 'node:fs/promises';

/** What the recorder's ffmpegs, and nobody else's, have on their command line. */
const RECORDING_OUTPUT = '%06d.part.ts';

async function processIds(): Promise<number[]> {
  return (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry)).map(Number);
}

/** A file of a process; empty if the process has ended meanwhile. */
const procFile = (pid: number, name: string): Promise<string> =>
  readFile(`/proc/${pid}/${name}`, 'utf8').catch(() => '');

async function parentOf(pid: number): Promise<number | undefined> {
  const stat = await procFile(pid, 'stat');
  // State and parent follow the name, which stands in brackets and may hold anything.
  const [, parent] = /^\) \S (\d+) /.exec(stat.slice(stat.lastIndexOf(')'))) ?? [];
  return parent === undefined ? undefined : Number(parent);
}

/** The processes that `parentPid` started and whose command line contains `command`. */
export async function childrenOf(parentPid: number, command: string): Promise<number[]> {
  const found: number[] = [];
  for (const pid of await processIds()) {
    if ((await parentOf(pid)) !== parentPid) continue;
    if ((await procFile(pid, 'cmdline')).includes(command)) found.push(pid);
  }
  return found;
}

/** The browser that has this profile open, without the processes that it started. */
export async function browserOf(profile: string): Promise<number | undefined> {
  for (const pid of await processIds()) {
    const commandLine = await procFile(pid, 'cmdline');
    if (commandLine.includes(`--user-data-dir=${profile}\0`) && !commandLine.includes('--type=')) return pid;
  }
  return undefined;
}

/** The ffmpegs of a recorder with this data folder, also those whose recorder is gone. */
export async function ffmpegsOf(dataDir: string): Promise<number[]> {
  const found: number[] = [];
  for (const pid of await processIds()) {
    if (!(await procFile(pid, 'cmdline')).includes('ffmpeg\0')) continue;
    if ((await procFile(pid, 'environ')).includes(dataDir)) found.push(pid);
  }
  return found;
}

/** Those of {@link ffmpegsOf} that record. */
export async function recordingFfmpegs(dataDir: string): Promise<number[]> {
  const found: number[] = [];
  for (const pid of await ffmpegsOf(dataDir)) {
    if ((await procFile(pid, 'cmdline')).includes(RECORDING_OUTPUT)) found.push(pid);
  }
  return found;
}
