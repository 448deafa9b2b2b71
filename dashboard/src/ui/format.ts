const UNKNOWN = '–';

const two = (value: number): string => String(value).padStart(2, '0');

/** A bit rate in the unit that suits it, as `240 kbit/s` or `1.2 Mbit/s`. */
export function formatBitrate(bitrateBps: number): string {
  const kbps = bitrateBps / 1_000;
  return kbps < 1_000 ? `${Math.round(kbps)} kbit/s` : `${(kbps / 1_000).toFixed(1)} Mbit/s`;
}

/** A latency in whole milliseconds; a dash until it is measured. */
export const formatLatency = (latencyMs: number | undefined): string =>
  latencyMs === undefined ? UNKNOWN : `${Math.round(latencyMs)} ms`;

/** A size in binary units, as `3.4 MiB`. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1_024 && unit < units.length - 1) {
    value /= 1_024;
    unit += 1;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit] ?? ''}`;
}

/** A duration as `1:02:03` or `2:03`. */
export function formatDuration(durationMs: number): string {
  const seconds = Math.max(0, Math.floor(durationMs / 1_000));
  const minutes = Math.floor(seconds / 60) % 60;
  const hours = Math.floor(seconds / 3_600);
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

/** How long something took or lies back, in the largest unit that it fills: `40 s`, `12 min`, `3 h`, `2 days`. */
export function formatAge(ageMs: number): string {
  const seconds = Math.max(0, Math.floor(ageMs / 1_000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min`;
  const hours = Math.floor(seconds / 3_600);
  return hours < 48 ? `${hours} h` : `${Math.floor(hours / 24)} days`;
}

/** A wall time of day in the viewer's zone, as `14:03:09`. */
export function formatTimeOfDay(timeMs: number): string {
  const time = new Date(timeMs);
  return `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
}

/** A wall time in the viewer's zone, as `2026-03-01 14:03:09`. */
export function formatDateTime(timeMs: number): string {
  const time = new Date(timeMs);
  const day = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  return `${day} ${formatTimeOfDay(timeMs)}`;
}
