/** The original documents' interval. */
export const CHUNK_MS = 2_000;

/**
 * WebM, because Chromium writes its frames at once. MP4 with H.264, which MediaSource plays too, comes in
 * fragments that are complete only at the next key frame: every chunk would be another two seconds late.
 */
export const MIME_TYPE = 'video/webm;codecs=vp8';
