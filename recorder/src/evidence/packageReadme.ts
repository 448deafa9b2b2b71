import type { ExportJob, MediaElsewhere } from '@sightline/shared';
import { PACKAGE } from './packageContents.ts';
import type { PackagingDeps } from './packageSessions.ts';

/** Tells somebody who has nothing but the package what is in it, and how to find out whether it is whole. */
export function packageReadme(
  { order, userName, elsewhere }: ExportJob,
  { recorderId, sealKey }: Pick<PackagingDeps, 'recorderId' | 'sealKey'>,
): string {
  return `Evidence from Sightline
=======================

Whose screen    ${userName}
From            ${isoTime(order.fromMs)}
Until           ${isoTime(order.toMs)}
Case            ${order.caseNumber ?? '-'}
Recorded by     recorder ${recorderId}
Its key         ${sealKey.keyId}
${whatIsElsewhere(elsewhere)}
What is here
------------

${PACKAGE.recordings}/           The recordings. Below company, user, day and session there is a folder for each
                      display. The files that end with .ts are video; VLC and ffmpeg play them. Their names hold
                      a position, the time of the first picture (milliseconds since 1970, UTC) and the length.
                      manifest.jsonl tells what was recorded, line by line, and is sealed.
${PACKAGE.ledgers}          What was recorded of every second, and why the rest is missing.
${PACKAGE.accessHistory}  Who watched, played and exported it.
${PACKAGE.seals}           The last seal of each session, from the company's own log.
${PACKAGE.contents}         Every file in here with its SHA-256, signed by the recorder.
${PACKAGE.verifier}  The program that checks all of this.

How to verify it
----------------

1. Get the recorder's public key from the organisation that recorded, by a way on which nobody who could have changed
   this package could have changed the key too. A key that comes with the package proves nothing.
2. Install Node 20 or later (https://nodejs.org). Nothing else is needed, and no network.
3. Run, on this zip or on the folder that it was unpacked to:

      node ${PACKAGE.verifier} PATH --key ${recorderId}=recorder.pem

   It says that everything is whole, or names the first thing that is wrong, or what other recorders have. Give it the
   packages of one order together, each with its recorder's key, to see whether nothing of what was asked for is missing.

4. If you can, get the company's log of seals too, and give it with "--seals FILE". It is kept by the server,
   not by recorders, and shows whether these recordings were reported while they were made, or made up later with the
   recorder's key. Whoever can write into the server's database can rewrite it, so ask for older copies too, from whoever
   has kept some: each given with another "--seals", they show that it is still the same log. Nothing else does.

If you doubt that the program in here is an honest one, get it from Sightline's sources instead: "npm run verify".

Recordings outside of the time above are not in this package; the manifests list them with their hashes all the same.
What was deleted lawfully before has an entry that says so.
`;
}

/** Empty if this package has all that was recorded. */
function whatIsElsewhere(elsewhere: readonly MediaElsewhere[]): string {
  if (elsewhere.length === 0) return '';
  const lines = elsewhere.map(
    ({ recorderId, sessionId, trackId, fromMs, toMs }) =>
      `${isoTime(fromMs)}  ${isoTime(toMs)}  ${trackId} of session ${sessionId}, recorder ${recorderId}\n`,
  );
  return `
THIS IS NOT ALL
---------------

Other recorders have recorded parts of the time above. They are not in this package, but in one of each of these
recorders, which was ordered together with this one (from, until, what and where):

${lines.join('')}`;
}

const isoTime = (timeMs: number): string => new Date(timeMs).toISOString();
