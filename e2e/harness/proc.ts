import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { Closable } from './cleanup.ts';

const STOP_GRACE_MS = 5_000;
const TAIL_LINES = 200;

export interface ProcOptions {
  /** Added to the environment of the test. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

export interface ProcExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A child process that cannot outlive the test. */
export interface Proc extends Closable {
  readonly pid: number;
  readonly exited: Promise<ProcExit>;
  /** The last lines of stdout and stderr, in order of arrival. */
  tail(): string;
  /**
   * The first line, past or to come, that matches.
   *
   * @throws Error when the process ends or the time is over before.
   */
  line(pattern: RegExp, timeoutMs: number): Promise<RegExpExecArray>;
  /** Sends a signal to the process and what it started. */
  kill(signal: NodeJS.Signals): void;
  /** SIGTERM, then SIGKILL after 5 s; resolves when the process is gone. */
  close(): Promise<void>;
}

/** The kernel kills the child when the test process dies, however that dies. */
function dyingWithUs(command: string, args: readonly string[]): readonly [string, string[]] {
  return ['setpriv', ['--pdeathsig', 'KILL', '--', command, ...args]];
}

function signalGroup(child: ChildProcess, pid: number, signal: NodeJS.Signals): void {
  if (child.exitCode !== null || child.signalCode !== null) return;
  process.kill(-pid, signal);
}

/**
 * Starts a process in a process group of its own.
 *
 * @throws Error if it cannot be started.
 */
export async function startProc(
  command: string,
  args: readonly string[],
  options: ProcOptions = {},
): Promise<Proc> {
  const [launcher, launcherArgs] = dyingWithUs(command, args);
  const child = spawn(launcher, launcherArgs, {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    env: { ...process.env, ...options.env },
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  const lines: string[] = [];
  const listeners = new Set<(line: string) => void>();
  const onLine = (line: string): void => {
    lines.push(line);
    if (lines.length > TAIL_LINES) lines.shift();
    for (const listener of [...listeners]) listener(line);
  };
  createInterface({ input: child.stdout }).on('line', onLine);
  createInterface({ input: child.stderr }).on('line', onLine);
  const exited = new Promise<ProcExit>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
  await once(child, 'spawn');
  const pid = child.pid;
  if (pid === undefined) throw new Error(`${command} has no process id`);
  const tail = (): string => lines.join('\n');

  return {
    pid,
    exited,
    tail,
    line(pattern, timeoutMs) {
      return new Promise((resolve, reject) => {
        const finish = (): void => {
          clearTimeout(timer);
          listeners.delete(look);
        };
        const fail = (why: string): void => {
          finish();
          reject(new Error(`${command} ${why} without printing ${pattern.source}; it printed:\n${tail()}`));
        };
        const look = (line: string): boolean => {
          const match = pattern.exec(line);
          if (match === null) return false;
          finish();
          resolve(match);
          return true;
        };
        const timer = setTimeout(() => fail(`went on for ${timeoutMs} ms`), timeoutMs);
        if (lines.some(look)) return;
        listeners.add(look);
        void exited.then(({ code, signal }) => fail(`ended (${signal ?? code})`));
      });
    },
    kill: (signal) => signalGroup(child, pid, signal),
    async close() {
      signalGroup(child, pid, 'SIGTERM');
      const timer = setTimeout(() => signalGroup(child, pid, 'SIGKILL'), STOP_GRACE_MS);
      await exited;
      clearTimeout(timer);
    },
  };
}

/**
 * Runs a command to its end.
 *
 * @returns what it printed (its last 200 lines).
 * @throws Error with that, if it fails.
 */
export async function run(
  command: string,
  args: readonly string[],
  options: ProcOptions = {},
): Promise<string> {
  const proc = await startProc(command, args, options);
  const { code, signal } = await proc.exited;
  if (code !== 0)
    throw new Error(`${command} ${args.join(' ')} ended with ${signal ?? code}:\n${proc.tail()}`);
  return proc.tail();
}

/** Whether a process with this id runs. One that ended and that nobody has asked for its exit code does not. */
export async function isAlive(pid: number): Promise<boolean> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    // The state follows the name, which stands in brackets and may hold anything.
    return !/^\) [ZX] /.test(stat.slice(stat.lastIndexOf(')')));
  } catch {
    return false;
  }
}
