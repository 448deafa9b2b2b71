/**
 * `npm run bench -- hostile`: how a good client fares while the sfu is attacked, and what the attacks leave in its memory.
 *
 * The attacks are those of `e2e/hostile.services.test.ts`, which checks that they are refused. The good client, a process of
 * its own, asks over its socket and over HTTP every 50 ms.
 *
 * - `idleP99Ms`: 99th percentile of its waiting while nobody attacks.
 * - `attacks`: the same during each attack, and as a multiple of idle.
 * - `memoryMib`: proportional set size of the sfu's process: fresh, when it has been through all of the attacks once, and
 *   through all of them twice; the last two differ by what an attack leaves behind.
 */
import { ATTACKS } from '@sightline/e2e/hostile/attacks/index.ts';
import { openSiege } from '@sightline/e2e/hostile/siege.ts';
import { machine } from './lib/machine.ts';
import { progress, runBenchmark } from './lib/runBenchmark.ts';

interface Fared {
  p99Ms: number;
  timesIdle: number;
}

await runBenchmark(async (cleanup) => {
  const siege = cleanup.use(await openSiege());
  const memoryMib = { fresh: await siege.sfuMib(), afterFirstRound: 0, afterSecondRound: 0 };
  progress('every attack once, for the server to reserve what it works with');
  for (const name of ATTACKS.keys()) await siege.attack(name);
  const { p99Ms: idleP99Ms } = await siege.watchIdle();
  memoryMib.afterFirstRound = await siege.sfuMib();
  const attacks: Record<string, Fared> = {};
  for (const name of ATTACKS.keys()) {
    const { delays } = await siege.attack(name);
    const fared = { p99Ms: delays.p99Ms, timesIdle: Math.round((delays.p99Ms / idleP99Ms) * 10) / 10 };
    progress(`${name}: ${JSON.stringify(fared)}`);
    attacks[name] = fared;
  }
  await siege.watchIdle();
  memoryMib.afterSecondRound = await siege.sfuMib();
  return { seed: siege.seed, idleP99Ms, attacks, memoryMib, machine };
});
