/**
 * `npm run bench -- record`: what it costs to record, and whether all of it is recorded.
 *
 * Simulated agents signal as real ones do and send the RTP of one real H.264 encode (1280×720, 30 fps, about
 * 400 kbit/s), each with numbering of its own and at a place of its own in the stream. The sfu is the product but
 * for one thing: it takes the agents' media on plain transports, so ICE, DTLS and SRTP are not in the figures. The
 * recorder is the product. For every number of agents the services are started anew.
 *
 * - `framesOnDiskRatio`: of the frames sent from the first recorded frame of each agent to its last one before it
 *   stopped, the part that is found in the closed segments: the very picture, bit for bit, at its time (to the nearest frame).
 * - `cpuPercentPerStream`: CPU time (user and system) of sfu, its workers, recorder and its ffmpegs over a minute,
 *   in per cent of one core, divided by the number of agents.
 * - `memoryMiBPerStream`: proportional set size of the same at the end of that minute, divided likewise.
 *
 * What the idle services take is included, and shown as `idle`. The load generator, this process, is not counted.
 */
import { runBenchmark, progress } from './lib/runBenchmark.ts';
import { machine } from './lib/machine.ts';
import { captureStream } from './record/capture.ts';
import { measureRecording, type RecordRun } from './record/measure.ts';

const AGENTS = [1, 20, 100];

await runBenchmark(async (cleanup) => {
  progress('encoding the stream that is replayed (25 s)');
  const stream = await captureStream();
  const runs: RecordRun[] = [];
  for (const agents of AGENTS) {
    progress(`recording ${agents} ${agents === 1 ? 'agent' : 'agents'} (about 2 minutes)`);
    runs.push(await measureRecording(cleanup, stream, agents));
    progress(JSON.stringify(runs.at(-1)));
  }
  return { runs, streamBitrateBps: stream.bitrateBps, machine };
});
