import { run } from '../harness/proc.ts';

/** When the packets of a kind in these TS files are to be presented, in ms, file by file. */
export async function readPacketTimes(files: readonly string[], kind: 'a' | 'v'): Promise<number[]> {
  const times: number[] = [];
  for (const file of files) {
    const out = await run('ffprobe', [
      ...['-v', 'error', '-select_streams', `${kind}:0`],
      ...['-show_entries', 'packet=pts_time', '-of', 'csv=p=0', file],
    ]);
    times.push(...[...out.matchAll(/^[\d.]+/gm)].map(([seconds]) => Number(seconds) * 1_000));
  }
  return times;
}
