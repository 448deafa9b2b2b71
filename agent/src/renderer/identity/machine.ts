import { machineInfo, type MachineInfo } from '@sightline/shared';
import type { ShellInfo } from '../../bridge.ts';
import type { PageOptions } from './pageOptions.ts';

const STORAGE_KEY = 'sightline.userName';
const BROWSER_HOST = 'browser';

/** Where a browser remembers who sits in front of it. */
export type NameStorage = Pick<Storage, 'getItem' | 'setItem'>;

/** What is known of the machine, from the best source first: the page's address, the shell, last time. */
export interface MachineSources {
  options: PageOptions;
  shell: ShellInfo | undefined;
  storage: NameStorage;
  /** The browser's name for the operating system. */
  platform: string;
}

/** Who we are; `undefined` if the user has to be asked. */
export function findMachine(sources: MachineSources): MachineInfo | undefined {
  const { options, shell, storage } = sources;
  const userName = options.userName ?? shell?.userName ?? storage.getItem(STORAGE_KEY) ?? '';
  return describe(userName, sources);
}

/** Who we are by the name that the user typed, which is remembered; `undefined` if it cannot be a name. */
export function machineNamed(userName: string, sources: MachineSources): MachineInfo | undefined {
  const machine = describe(userName, sources);
  if (machine !== undefined) sources.storage.setItem(STORAGE_KEY, machine.userName);
  return machine;
}

function describe(userName: string, { options, shell, platform }: MachineSources): MachineInfo | undefined {
  const parsed = machineInfo.safeParse({
    userName,
    hostName: options.hostName ?? shell?.hostName ?? BROWSER_HOST,
    os: (shell?.os ?? platform).slice(0, 64),
  });
  return parsed.success ? parsed.data : undefined;
}
