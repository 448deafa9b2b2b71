import { folderOf, isManifest } from '../sessionCheck.ts';
import {
  contentOf,
  inSession,
  isLog,
  isPacked,
  linesOf,
  manifestsOf,
  missingSession,
  pathsOf,
  segmentsOf,
  sessionOf,
  textOf,
  type Mutation,
} from './kit.ts';

/** One bit of one file is another one. */
const flip: Mutation = (files, dice) => {
  const path = dice.of(pathsOf(files));
  const changed = Buffer.from(contentOf(files, path));
  const at = dice.roll(changed.length);
  const line = isLog(path) ? changed.subarray(0, at).toString('latin1').split('\n').length : undefined;
  changed.writeUInt8(changed.readUInt8(at) ^ (1 << dice.roll(8)), at);
  files.set(path, changed);
  return line === undefined || isPacked(files) ? { files: [path] } : { files: [path], entries: [line] };
};

/** The end of a file is missing. */
const truncate: Mutation = (files, dice) => {
  const path = dice.of(pathsOf(files));
  const content = contentOf(files, path);
  files.set(path, content.subarray(0, dice.roll(content.length)));
  return { files: [path] };
};

/** A file is missing. */
const deleteFile: Mutation = (files, dice) => {
  const path = dice.of([...segmentsOf(files), ...manifestsOf(files)]);
  const manifest = isManifest(path) ? sessionOf(files, path) : undefined;
  files.delete(path);
  if (manifest === undefined || isPacked(files)) return { files: [path], codes: ['file-missing'] };
  return missingSession(manifest);
};

/** Two neighbours in a log have changed their places. */
export const reorderEntries: Mutation = (files, dice) => {
  const path = dice.of(pathsOf(files).filter(isLog));
  const lines = linesOf(contentOf(files, path));
  const at = dice.roll(lines.length - 1);
  lines.splice(at, 2, lines[at + 1] ?? '', lines[at] ?? '');
  files.set(path, textOf(lines));
  return isPacked(files) ? { files: [path] } : { files: [path], entries: [at + 1], codes: ['number'] };
};

/** An entry that is not the last one is missing. */
const deleteEntry: Mutation = (files, dice) => {
  const path = dice.of(manifestsOf(files));
  const lines = linesOf(contentOf(files, path));
  const at = dice.roll(lines.length - 1);
  files.set(path, textOf(lines.toSpliced(at, 1)));
  return isPacked(files) ? { files: [path] } : { files: [path], entries: [at + 1], codes: ['number'] };
};

/** An entry is there twice. */
const repeatEntry: Mutation = (files, dice) => {
  const path = dice.of(manifestsOf(files));
  const lines = linesOf(contentOf(files, path));
  const at = dice.roll(lines.length);
  files.set(path, textOf(lines.toSpliced(at, 0, lines[at] ?? '')));
  return isPacked(files) ? { files: [path] } : { files: [path], entries: [at + 2], codes: ['number'] };
};

/** Two segments have changed their places, within a session or between two. */
const swapSegments: Mutation = (files, dice) => {
  const one = dice.of(segmentsOf(files));
  const other = dice.of(segmentsOf(files).filter((path) => path !== one));
  const [content, otherContent] = [contentOf(files, one), contentOf(files, other)];
  files.set(one, otherContent).set(other, content);
  return { files: [one, other], codes: ['file-hash'] };
};

/** Two sessions have changed their manifests, or everything. */
const swapSessions: Mutation = (files, dice) => {
  const one = dice.of(manifestsOf(files));
  const other = dice.of(manifestsOf(files).filter((path) => path !== one));
  if (dice.roll(2) === 0) {
    const [content, otherContent] = [contentOf(files, one), contentOf(files, other)];
    files.set(one, otherContent).set(other, content);
    return { files: [one, other], codes: isPacked(files) ? ['file-hash', 'file-size'] : ['misplaced'] };
  }
  const before = new Map(files);
  for (const path of before.keys()) if (inSession(path, one) || inSession(path, other)) files.delete(path);
  for (const [path, content] of before) {
    if (inSession(path, one)) files.set(folderOf(other) + path.slice(folderOf(one).length), content);
    if (inSession(path, other)) files.set(folderOf(one) + path.slice(folderOf(other).length), content);
  }
  if (!isPacked(files)) return { files: [one, other], codes: ['misplaced'] };
  return { files: pathsOf(before).filter((path) => inSession(path, one) || inSession(path, other)) };
};

/** A whole session is gone. */
const removeSession: Mutation = (files, dice) => {
  const manifest = dice.of(manifestsOf(files));
  const session = sessionOf(files, manifest);
  const gone = pathsOf(files).filter((path) => inSession(path, manifest));
  for (const path of gone) files.delete(path);
  return isPacked(files) ? { files: gone, codes: ['file-missing'] } : missingSession(session);
};

/** Something that nobody recorded is there. */
const addFile: Mutation = (files, dice) => {
  const path = dice.of(segmentsOf(files)).replace(/\d{6}-/, '999999-');
  files.set(path, Buffer.from('made up'));
  return { files: [path], codes: ['file-unlisted'] };
};

/** What happens to files, or is done to them without understanding. */
export const CHANGES: Readonly<Record<string, Mutation>> = {
  flip,
  truncate,
  deleteFile,
  reorderEntries,
  deleteEntry,
  repeatEntry,
  swapSegments,
  swapSessions,
  removeSession,
  addFile,
};
