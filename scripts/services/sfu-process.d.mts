export const SFU_NODE_ARGS: readonly string[];
export const SFU_MEMORY_ENV: Readonly<Record<string, string>>;
