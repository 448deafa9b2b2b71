import type { AgentBridge, BRIDGE_KEY } from '../bridge.ts';

declare global {
  interface Window {
    /** Put there by the Electron shell's preload script. */
    readonly [BRIDGE_KEY]?: AgentBridge;
  }
}
