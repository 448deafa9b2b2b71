/** The version of the signaling protocol that this code speaks. */
export const PROTOCOL_VERSION = 2;

/** The versions that a server of this code accepts. */
export const SUPPORTED_PROTOCOL_VERSIONS: readonly number[] = [PROTOCOL_VERSION];

/** The largest signaling message, in bytes; a larger one closes the connection. */
export const MAX_MESSAGE_BYTES = 256 * 1024;
