/**
 * Options of Node for the sfu. By default the room for new objects grows to 128 MiB in a rush of agents and is never
 * given back; a quarter of that serves thousands of them as well. The heap grows by a third at a time, not by a multiple.
 */
export const SFU_NODE_ARGS = ['--max-semi-space-size=16', '--heap-growing-percent=30'];

/** The C library gives memory back that a rush has left, instead of keeping it in pools of its own (mallopt(3)). */
export const SFU_MEMORY_ENV = {
  MALLOC_ARENA_MAX: '1',
  MALLOC_TRIM_THRESHOLD_: '131072',
  MALLOC_MMAP_THRESHOLD_: '131072',
};
