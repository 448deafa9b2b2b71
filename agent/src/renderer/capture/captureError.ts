/** Why a display could not be captured, in words for the user that say what to do. */
export class CaptureError extends Error {
  override readonly name = 'CaptureError';
  readonly code: 'needs-click' | 'denied' | 'no-source' | 'blocked-by-system' | 'unsupported' | 'failed';

  constructor(code: CaptureError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Turns what `getDisplayMedia` throws (W3C Screen Capture, section 5.1) into words that say what to do. */
export function captureErrorOf(cause: unknown): CaptureError {
  const name = cause instanceof DOMException ? cause.name : '';
  const options = { cause };
  switch (name) {
    case 'NotAllowedError':
      return new CaptureError(
        'denied',
        'Sharing was not allowed. Press “Share a screen” again and choose what to share; if no choice appears, allow screen capture for this page in the browser and in the system’s privacy settings.',
        options,
      );
    case 'NotFoundError':
      return new CaptureError(
        'no-source',
        'There is no screen to share. Connect a display and try again.',
        options,
      );
    case 'NotReadableError':
      return new CaptureError(
        'blocked-by-system',
        'The system does not let this screen be captured. Close other programs that capture it, or choose another screen.',
        options,
      );
    case 'InvalidStateError':
      return new CaptureError('needs-click', 'Press “Share a screen” to begin.', options);
    default:
      return new CaptureError(
        'failed',
        `The screen could not be captured${cause instanceof Error ? `: ${cause.message}` : ''}. Try again, or choose another screen.`,
        options,
      );
  }
}
