/**
 * `npm run bench -- reconnect [--agents N] [--connected N]`: what the death of the sfu does to its agents, and how soon
 * everybody knows who is there.
 *
 * Agents run the agent's own connection and publishing code, from enrolment on; instead of WebRTC they send plain RTP,
 * as in `npm run bench -- record`. The sfu is the product but for taking it. A recorder that keeps nothing comes and
 * goes, and viewers begin and cease to watch, so that messages are under way when the sfu is killed. Load comes from
 * processes of its own; how late their timers were is in `loadLag`.
 *
 * - `backMs`: from the moment at which the port was open again to each agent's session being live again: logged in, the
 *   same session, every producer made anew. That media arrives, too, is checked by the sfu's receiver reports.
 * - `duplicates`, `lostMessages`: see {@link RestartFigures}; the numbers that agents handled are compared with the database.
 * - `peakMiB`: peak of the resident set of the sfu's process, of the one before and the one after.
 * - `presence`: another sfu with agents that send nothing. `broadcastMs`: from an agent's sending its change of state, or
 *   its connection's being lost, to the last viewer's having parsed the notice. `kibPerAgent`: growth of the
 *   proportional set size of the sfu's process from none to all agents, enrolled and connected, each time when quiet.
 */
import { machine } from './lib/machine.ts';
import { requireOpenFiles } from './lib/openFiles.ts';
import { progress, runBenchmark } from './lib/runBenchmark.ts';
import { parseOptions } from './reconnect/options.ts';
import { measurePresence } from './reconnect/presence.ts';
import { measureRestart } from './reconnect/restart.ts';

await runBenchmark(async (cleanup) => {
  const { agents, connected } = parseOptions(process.argv.slice(2));
  await requireOpenFiles(Math.max(agents, connected));
  progress(`killing the sfu under ${agents} streaming agents`);
  const restart = await measureRestart(cleanup, agents);
  progress(JSON.stringify(restart));
  progress(`connecting ${connected} agents`);
  const presence = await measurePresence(cleanup, connected);
  progress(JSON.stringify(presence));
  return { ...restart, presence, machine };
});
