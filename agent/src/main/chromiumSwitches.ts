/** The part of Electron's `app.commandLine` that is needed. */
export interface SwitchTarget {
  appendSwitch(name: string, value: string): void;
}

/**
 * What Chromium is started with, by name.
 *
 * libwebrtc lets packets wait for 2.9 s at most before they are sent (`PacingController`, for screens); what would take
 * longer it sends faster than congestion control allows. A key frame of a page of text takes 5 s at 300 kbit/s: sent in
 * half the time it loses half its packets, the pictures that follow cannot be decoded, another key frame is asked
 * for, and so on, until no picture arrives at all.
 */
export const CHROMIUM_SWITCHES: Readonly<Record<string, string>> = {
  'force-fieldtrials': 'WebRTC-Pacer-DrainQueue/Disabled/',
};

/** Sets {@link CHROMIUM_SWITCHES}; to be called before the app is ready. */
export function applyChromiumSwitches(target: SwitchTarget): void {
  for (const [name, value] of Object.entries(CHROMIUM_SWITCHES)) target.appendSwitch(name, value);
}
