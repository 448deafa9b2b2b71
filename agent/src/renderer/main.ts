import { systemClock } from '@sightline/shared';
import { createApp } from 'vue';
import { BRIDGE_KEY } from '../bridge.ts';
import App from './App.vue';
import { createBrowserIdle } from './activity/browserIdle.ts';
import { createAgent } from './agent.ts';
import './bridgeInWindow.ts';
import { createBrowserStore, createShellStore } from './enrolment/credentialStore.ts';
import { takeSecret } from './enrolment/enrolmentLink.ts';
import { createEnrolments } from './enrolment/enrolments.ts';
import { createExchange } from './enrolment/exchange.ts';
import { readPageOptions } from './identity/pageOptions.ts';
import { createWorkerMedia } from './local/localMedia.ts';
import type { LocalPlatform } from './local/localCopies.ts';
import { createPieceFolder } from './local/pieceFolder.ts';
import { createSenderTaps, type SenderTaps } from './local/sent/senderTaps.ts';
import { sendByTus } from './local/upload/tusUpload.ts';
import { sha256OfFile } from './local/upload/uploads.ts';
import { createMediasoupEngine } from './publish/mediasoupEngine.ts';
import { createAgentSocket } from './signaling/socket.ts';
import './style.css';

const bridge = window[BRIDGE_KEY];
const { IdleDetector, localStorage: storage } = window;
const secret = takeSecret(window);
const shell = await bridge?.getShellInfo();
// Old browsers, and pages that are neither local nor on HTTPS, have no mediaDevices, whatever the types say.
const media = 'mediaDevices' in navigator ? navigator.mediaDevices : undefined;
const report = (error: unknown): void => reportError(error);

const enrolments = createEnrolments({
  store: bridge === undefined ? createBrowserStore(storage) : createShellStore(bridge),
  exchange: createExchange((...request) => fetch(...request)),
});
await enrolments.load();

const pageMs = (): number => performance.timeOrigin + performance.now();

/** Undefined in browsers whose senders cannot be listened to, or that cannot record by themselves. */
function findSenderTaps(): SenderTaps | undefined {
  // In Chromium since 141, whatever the types say.
  const canListen = 'RTCRtpScriptTransform' in window;
  if (!canListen || window.MediaStreamTrackProcessor === undefined || !window.isSecureContext)
    return undefined;
  return createSenderTaps({
    createWorker: () => new Worker(new URL('./local/sent/worker.ts', import.meta.url), { type: 'module' }),
    createTransform: (worker, tap) => new RTCRtpScriptTransform(worker, tap),
    onError: report,
  });
}

const taps = findSenderTaps();

/** Undefined in browsers that cannot record by themselves, or keep what they have recorded. */
function findLocalPlatform(): LocalPlatform | undefined {
  const { MediaStreamTrackProcessor: Processor } = window;
  const media = createWorkerMedia({
    createWorker: () => new Worker(new URL('./local/worker/main.ts', import.meta.url), { type: 'module' }),
    createProcessor: Processor && ((track) => new Processor({ track })),
    createId: () => crypto.randomUUID(),
    onError: report,
    taps,
  });
  // Where there is no storage of one's own, or no encoder, the page is neither local nor on HTTPS.
  if (media === undefined || !window.isSecureContext) return undefined;
  return { media, folder: createPieceFolder(navigator), send: sendByTus, sha256: sha256OfFile, pageMs };
}

const agent = createAgent({
  media,
  engine: createMediasoupEngine(taps && { onFullSender: (trackId, sender) => taps.keep(trackId, sender) }),
  socket: createAgentSocket(window.location.origin, () => enrolments.current?.credential),
  readIdleMs:
    bridge === undefined
      ? createBrowserIdle({
          createDetector: IdleDetector === undefined ? undefined : () => new IdleDetector(),
          permissions: navigator.permissions,
          clock: systemClock,
          onError: report,
        })
      : () => bridge.getIdleMs(),
  local: findLocalPlatform(),
  monotonicMs: pageMs,
  power: bridge && ((listener) => bridge.onPower(listener)),
  storage,
  deviceId: () => enrolments.current?.deviceId,
  clock: systemClock,
  random: Math.random,
  onListenerError: report,
});

createApp(App, {
  agent,
  bridge,
  enrolments,
  secret,
  origin: window.location.origin,
  clock: systemClock,
  reportError: report,
  machineSources: {
    options: readPageOptions(window.location.search),
    shell,
    storage,
    platform: navigator.platform,
  },
}).mount('#app');

bridge?.onGoodbye(() => agent.leave());
window.addEventListener('pagehide', () => {
  agent.leave().catch(report);
});
window.addEventListener('pageshow', ({ persisted }) => {
  // The browser kept the page as it was; the agent in it has left.
  if (persisted) window.location.reload();
});
window.addEventListener('hashchange', () => {
  // An enrolment link was opened in this very page. What is shared is not interrupted for it.
  if (window.location.hash !== '' && agent.displays.list.length === 0) window.location.reload();
});
