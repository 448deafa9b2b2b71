import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startChild } from '../harness/childProcess.ts';
import { createCleanup, type Closable } from '../harness/cleanup.ts';
import { enrol } from '../harness/enrolment.ts';
import { pssKib } from '../harness/memory.ts';
import { startStack, type Stack } from '../harness/stack.ts';
import { describeSamples, type Delays } from './delays.ts';
import { attackerRequests, goodClientRequests, type Outcome } from './protocol.ts';
import { createTarget } from './world.ts';

const IDLE_MS = 6_000;

/** A server, somebody who attacks it, and somebody who only wants to be served; each a process of its own. */
export interface Siege extends Closable {
  readonly seed: number;
  readonly stack: Stack;
  /** Carries out one of `ATTACKS`. Returns what became of it, and how the good client fared meanwhile. */
  attack(name: string): Promise<{ outcome: Outcome; delays: Delays }>;
  /** How the good client fares while nobody attacks. */
  watchIdle(): Promise<Delays>;
  /** Memory of the sfu's process (proportional set size). */
  sfuMib(): Promise<number>;
}

const child = (name: string): string => join(import.meta.dirname, name);

/** Opens a {@link Siege}; the good client is being served when it resolves. */
export async function openSiege(): Promise<Siege> {
  const cleanup = createCleanup();
  try {
    const seed = randomInt(2 ** 31);
    const stack = cleanup.use(await startStack({ recorder: false }));
    const target = await createTarget(stack, seed);
    const good = cleanup.use(await startChild(child('goodClient.ts'), goodClientRequests));
    const attacker = cleanup.use(await startChild(child('attacker.ts'), attackerRequests));
    const { credential } = await enrol(stack, { user: 'good', host: 'desk' });
    const { name, value } = (await stack.signIn()).cookie();
    await good.request('begin', { url: stack.url, cookie: `${name}=${value}`, credential });
    const fared = async (): Promise<Delays> => describeSamples(await good.request('take', {}));
    return {
      seed,
      stack,
      async attack(attack) {
        await good.request('take', {});
        const outcome = await attacker.request('attack', { name: attack, target });
        return { outcome, delays: await fared() };
      },
      async watchIdle() {
        await good.request('take', {});
        await delay(IDLE_MS);
        return fared();
      },
      sfuMib: async () => Math.round((await pssKib(stack.sfu.pid)) / 1_024),
      close: () => cleanup.close(),
    };
  } catch (error) {
    await cleanup.close();
    throw error;
  }
}
