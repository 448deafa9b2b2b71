/**
 * `npm run bench -- durability [--kills N] [--seed S]`: what SIGKILL costs, at random moments, of ffmpeg, recorder and sfu
 * while eight streams are recorded.
 *
 * Agents run the agent's own connection and publishing code and send a captured encode, a key frame a second, as plain
 * RTP; every frame of it can be recognised on disk. A schedule, drawn from the seed, kills one stream's ffmpeg (six of ten),
 * the recorder or the sfu, each 0 to 3 s after all that it hits is being recorded again.
 *
 * - `lostSeconds`: per kill and stream hit, what had been sent before the kill and is in no recording.
 * - `outageSeconds`: from the kill to the next recorded frame: not lost by the kill, but missing, with a reason on record.
 * - `unplayable`: segments of which ffmpeg decodes no picture. `flawed`: those that it decodes, with complaints.
 * - `ledgerErrors`: stretches of more than 100 ms in which ledger and frames on disk differ, or without a known reason.
 * - `naive`: the same schedule on `ffmpeg -c copy out.mkv` with its defaults. The recorder is that ffmpeg, so a kill of the
 *   recorder kills all of them; a dead sfu sends nothing for a second. Its unplayable are whole files; it
 *   is flawed wherever it begins between two key frames.
 */
import { machine } from './lib/machine.ts';
import { progress, runBenchmark } from './lib/runBenchmark.ts';
import { captureStream } from './record/capture.ts';
import { measureDurability } from './durability/measure.ts';
import { startNaive } from './durability/naive.ts';
import { parseOptions } from './durability/options.ts';
import { planKills } from './durability/schedule.ts';
import { startSightline } from './durability/sightline.ts';

const STREAMS = 8;
/** A key frame a second: agents are asked for one when a run begins, and answer within less. */
const FRAMES_PER_KEY_FRAME = 30;

await runBenchmark(async (cleanup) => {
  const { kills, seed } = parseOptions(process.argv.slice(2));
  const schedule = planKills({ kills, seed, streams: STREAMS });
  progress('encoding the test screen');
  const stream = await captureStream(FRAMES_PER_KEY_FRAME);
  const system = await startSightline(cleanup, { stream, streams: STREAMS });
  const figures = await measureDurability(system, schedule, STREAMS);
  await system.close();
  progress(JSON.stringify(figures));
  progress('the same on ffmpeg -c copy out.mkv');
  const reference = await startNaive(cleanup, { stream, streams: STREAMS });
  const { unplayable, flawed, lostSeconds, outageSeconds } = await measureDurability(
    reference,
    schedule,
    STREAMS,
  );
  await reference.close();
  return {
    ...figures,
    seed,
    streams: STREAMS,
    naive: { unplayable, flawed, lostSeconds, outageSeconds },
    machine,
  };
});
