/** A captured track without a capture, for tests. */
export class FakeTrack extends EventTarget implements MediaStreamTrack {
  readonly kind: 'audio' | 'video';
  readonly id = crypto.randomUUID();
  readonly label = '';
  readonly muted = false;
  readonly applied: MediaTrackConstraints[] = [];
  readonly clones: FakeTrack[] = [];
  contentHint = '';
  enabled = true;
  onended = null;
  onmute = null;
  onunmute = null;
  readyState: MediaStreamTrackState = 'live';
  settings: MediaTrackSettings;

  constructor(kind: 'audio' | 'video' = 'video', settings: MediaTrackSettings = {}) {
    super();
    this.kind = kind;
    this.settings = settings;
  }

  clone(): FakeTrack {
    const clone = new FakeTrack(this.kind, this.settings);
    clone.contentHint = this.contentHint;
    this.clones.push(clone);
    return clone;
  }

  async applyConstraints(constraints: MediaTrackConstraints = {}): Promise<void> {
    this.applied.push(constraints);
  }

  getCapabilities(): MediaTrackCapabilities {
    return {};
  }

  getConstraints(): MediaTrackConstraints {
    return this.applied.at(-1) ?? {};
  }

  getSettings(): MediaTrackSettings {
    return this.settings;
  }

  /** Our own end of it, of which the browser sends no event. */
  stop(): void {
    this.readyState = 'ended';
  }

  /** The user, or the system, ends the capture. */
  endByUser(): void {
    this.readyState = 'ended';
    this.dispatchEvent(new Event('ended'));
  }
}
