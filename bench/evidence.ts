/**
 * `npm run bench -- evidence`: what evidence costs, compared with recording without it.
 *
 * - `recordingCpuMsPerSegment`: CPU time (user and system) of sfu, workers, recorder and ffmpegs for one segment of a
 *   stream, while 20 simulated agents are recorded for a minute, as `bench -- record` measures it. Evidence is in it.
 * - `closingCpuMs`: CPU time of the recorder's process for making one closed file of that size durable. `with`: synced and
 *   hashed, moved into the store, entered into the manifest, which is sealed as often as it is while a session runs.
 *   `without`: synced, moved likewise, and a line of the same length appended to an index and synced: the same bytes, the
 *   same number of syncs. Both by turns on real files, on the disk of the system's temporary folder.
 * - `evidenceCpuMsPerSegment`: the difference, median of all rounds.
 * - `overheadPercent`: that, in per cent of recording without it. The goal is at most 5.
 */
import { runBenchmark, progress } from './lib/runBenchmark.ts';
import { machine } from './lib/machine.ts';
import { measureClosing } from './evidence/closing.ts';
import { captureStream } from './record/capture.ts';
import { measureRecording } from './record/measure.ts';

const AGENTS = 20;
const SEGMENT_SECONDS = 6;

await runBenchmark(async (cleanup) => {
  progress('encoding the stream that is replayed (25 s)');
  const stream = await captureStream();
  const segmentBytes = Math.round((stream.bitrateBps / 8) * SEGMENT_SECONDS);
  progress('closing segments with evidence and without (20 s)');
  const closing = await measureClosing(cleanup, segmentBytes);
  progress(`recording ${AGENTS} agents (about 2 minutes)`);
  const { cpuPercentPerStream, cpuPercent, framesOnDiskRatio } = await measureRecording(
    cleanup,
    stream,
    AGENTS,
  );
  const recordingCpuMsPerSegment = (cpuPercentPerStream / 100) * SEGMENT_SECONDS * 1_000;
  const evidenceCpuMsPerSegment = closing.with - closing.without;
  const without = recordingCpuMsPerSegment - evidenceCpuMsPerSegment;
  return {
    overheadPercent: round((evidenceCpuMsPerSegment / without) * 100),
    goalPercent: 5,
    evidenceCpuMsPerSegment: round(evidenceCpuMsPerSegment),
    recordingCpuMsPerSegment: round(recordingCpuMsPerSegment),
    closingCpuMs: { with: round(closing.with), without: round(closing.without) },
    rounds: closing.rounds,
    segmentBytes,
    segmentSeconds: SEGMENT_SECONDS,
    recording: { agents: AGENTS, cpuPercentPerStream, cpuPercent, framesOnDiskRatio },
    machine,
  };
});

function round(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
