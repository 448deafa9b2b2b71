/**
 * Options of Node for the sfu. By default the room for new objects grows to 128 MiB in a rush of agents and is never
 * given back; a quarter of that serves thousands of them as well.
 */
export const SFU_NODE_ARGS = ['--max-semi-space-size=16'];
