/** An export cannot be made, whoever tries again. */
export class ExportError extends Error {
  readonly code: 'nothing-recorded';

  constructor(code: ExportError['code'], message: string) {
    super(message);
    this.name = 'ExportError';
    this.code = code;
  }
}

/** How the making of an export is watched, and ended. */
export interface ExportControl {
  signal: AbortSignal;
  /** Told the fraction that is done, 0 to 1. */
  onProgress: (fraction: number) => void;
}
