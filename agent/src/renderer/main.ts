import { systemClock } from '@sightline/shared';
import { createApp } from 'vue';
import { BRIDGE_KEY } from '../bridge.ts';
import App from './App.vue';
import { createAgent } from './agent.ts';
import './bridgeInWindow.ts';
import { readPageOptions } from './identity/pageOptions.ts';
import { createMediasoupEngine } from './publish/mediasoupEngine.ts';
import { createAgentSocket } from './signaling/socket.ts';
import './style.css';

const bridge = window[BRIDGE_KEY];
const shell = await bridge?.getShellInfo();
// Old browsers, and pages that are neither local nor on HTTPS, have no mediaDevices, whatever the types say.
const media = 'mediaDevices' in navigator ? navigator.mediaDevices : undefined;

const agent = createAgent({
  media,
  engine: createMediasoupEngine(),
  socket: createAgentSocket(window.location.origin),
  clock: systemClock,
  onListenerError: (error) => reportError(error),
});

createApp(App, {
  agent,
  bridge,
  clock: systemClock,
  reportError: (error: unknown) => reportError(error),
  machineSources: {
    options: readPageOptions(window.location.search),
    shell,
    storage: window.localStorage,
    platform: navigator.platform,
  },
}).mount('#app');

bridge?.onGoodbye(() => agent.leave());
window.addEventListener('pagehide', () => {
  agent.leave().catch(reportError);
});
window.addEventListener('pageshow', ({ persisted }) => {
  // The browser kept the page as it was; the agent in it has left.
  if (persisted) window.location.reload();
});
