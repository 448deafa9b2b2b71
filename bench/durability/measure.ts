import { setTimeout as delay } from 'node:timers/promises';
import { percentile } from '@sightline/e2e/harness/frameSummary.ts';
import { progress } from '../lib/runBenchmark.ts';
import { ledgerErrors, type LedgerError } from './ledgerErrors.ts';
import { costOf, type KillCost } from './losses.ts';
import { hitBy, type Kill, type Victim } from './schedule.ts';
import type { RecordingSystem, StreamRecording } from './system.ts';

const PROGRESS_EVERY = 25;

/** How long something took, in seconds. */
interface Seconds {
  p99: number;
  max: number;
}

/** What a schedule of kills did to a system. */
export interface DurabilityFigures {
  kills: number;
  /** Files of which ffmpeg shows no picture. */
  unplayable: number;
  /** Files that it shows, with complaints. */
  flawed: number;
  /** Of each kill and stream that it hit: what had been sent before and is not in the recording. */
  lostSeconds: Seconds;
  lostSecondsOf: Record<Victim, Seconds>;
  /** From a kill to the first frame that is recorded again. */
  outageSeconds: Seconds;
  /** Stretches of which the ledger says what is not so, or cannot say why they are missing. */
  ledgerErrors: number;
  /** The first few of them, and of the files that cannot be played, to look at. */
  findings: string[];
}

interface Hit extends KillCost {
  victim: Victim;
}

/** Kills by the schedule while the streams run, and finds out what that cost. */
export async function measureDurability(
  system: RecordingSystem,
  schedule: readonly Kill[],
  streams: number,
): Promise<DurabilityFigures> {
  const everyone = Array.from({ length: streams }, (_, number) => number);
  const killed: { kill: Kill; sinceMs: number; atMs: number }[] = [];
  await system.recording(everyone);
  for (const [done, kill] of schedule.entries()) {
    if (done % PROGRESS_EVERY === 0) progress(`${done} of ${schedule.length} kills`);
    await system.recording(hitBy(kill, streams));
    const sinceMs = Date.now();
    await delay(kill.afterMs);
    killed.push({ kill, sinceMs, atMs: await system.kill(kill) });
  }
  await system.recording(everyone);
  await delay(PAUSE_MS);
  const untilMs = Date.now();
  progress('reading what was recorded');
  const recordings = await system.finish();
  const hits = killed.flatMap(({ kill, sinceMs, atMs }) =>
    hitBy(kill, streams).flatMap((number): Hit[] => {
      const recording = recordings[number];
      return recording === undefined
        ? []
        : [{ victim: kill.victim, ...costOf(recording, { atMs, sinceMs, untilMs }) }];
    }),
  );
  return summarise(schedule.length, hits, recordings);
}

/** The last kill's successor must have recorded something, too. */
const PAUSE_MS = 2_000;
const FINDINGS = 10;

function summarise(
  kills: number,
  hits: readonly Hit[],
  recordings: readonly StreamRecording[],
): DurabilityFigures {
  const errors = recordings.flatMap((recording) =>
    recording.ledger === undefined
      ? []
      : ledgerErrors(recording.ledger.spans, recording.ledger.session, recording),
  );
  const unplayable = recordings.flatMap((recording) => recording.unplayable);
  const flawed = recordings.flatMap((recording) => recording.flawed);
  const lostBy = (victim: Victim): Seconds =>
    seconds(hits.filter((hit) => hit.victim === victim).map(({ lostMs }) => lostMs));
  return {
    kills,
    unplayable: unplayable.length,
    flawed: flawed.length,
    lostSeconds: seconds(hits.map(({ lostMs }) => lostMs)),
    lostSecondsOf: { ffmpeg: lostBy('ffmpeg'), recorder: lostBy('recorder'), sfu: lostBy('sfu') },
    outageSeconds: seconds(hits.flatMap(({ outageMs }) => outageMs ?? [])),
    ledgerErrors: errors.length,
    findings: [...unplayable, ...flawed, ...errors.map(describe)].slice(0, FINDINGS),
  };
}

const describe = ({ what, fromMs, toMs }: LedgerError): string =>
  `${what}: ${new Date(fromMs).toISOString()}, ${Math.round(toMs - fromMs)} ms`;

const seconds = (valuesMs: readonly number[]): Seconds =>
  valuesMs.length === 0
    ? { p99: 0, max: 0 }
    : { p99: round(percentile(valuesMs, 0.99)), max: round(Math.max(...valuesMs)) };

const round = (ms: number): number => Math.round(ms) / 1_000;
