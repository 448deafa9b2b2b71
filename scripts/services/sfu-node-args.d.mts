export declare const SFU_NODE_ARGS: readonly string[];
