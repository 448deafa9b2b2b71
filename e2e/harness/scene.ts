import { createCleanup, type Closable } from './cleanup.ts';
import { startDisplay, type Display, type ScreenSize } from './display.ts';
import { createNetworkNamespace, type NetworkNamespace } from './netns.ts';
import { freeTcpPort } from './ports.ts';
import { openDashboard, shareScreen, type Dashboard, type SharedScreen } from './product.ts';
import { startStack, type Stack } from './stack.ts';
import { startTcpRelay, type TcpRelay } from './tcpRelay.ts';

/** What most tests begin with: all services, ann's screen that is shared and recorded, and a dashboard at the wall. */
export interface Scene extends Closable {
  readonly stack: Stack;
  readonly display: Display;
  readonly screen: SharedScreen;
  readonly dashboard: Dashboard;
  /** The way of ann's signaling. Her media does not take it, but for `network`, whose cable carries both. */
  readonly signaling: TcpRelay;
  /** Ann's network; undefined unless she has one of her own. */
  readonly network: NetworkNamespace | undefined;
}

/** What a test may ask of its scene. */
export interface SceneOptions {
  /** How large ann's screen, of 1280×720, may grow. */
  readonly maxSize?: ScreenSize;
  /** Gives ann a network of her own. */
  readonly ownNetwork?: boolean;
}

/** Opens a {@link Scene}. */
export async function openScene({ maxSize, ownNetwork = false }: SceneOptions = {}): Promise<Scene> {
  const cleanup = createCleanup();
  try {
    const network = ownNetwork ? cleanup.use(await createNetworkNamespace()) : undefined;
    const stack = cleanup.use(
      await startStack(network === undefined ? {} : { mediaHost: network.hostAddress }),
    );
    const relayPort = await freeTcpPort();
    const signaling = cleanup.use(
      await startTcpRelay(
        { port: relayPort, host: '127.0.0.1' },
        { port: Number(new URL(stack.url).port), host: '127.0.0.1' },
      ),
    );
    await network?.relayTcp(relayPort);
    const display = cleanup.use(
      await startDisplay({
        size: { width: 1280, height: 720 },
        ...(maxSize === undefined ? {} : { maxSize }),
      }),
    );
    const screen = cleanup.use(
      await shareScreen({
        display,
        stack,
        user: 'ann',
        port: relayPort,
        ...(network === undefined ? {} : { network }),
      }),
    );
    const dashboard = cleanup.use(await openDashboard(stack));
    return { stack, display, screen, dashboard, signaling, network, close: () => cleanup.close() };
  } catch (error) {
    await cleanup.close();
    throw error;
  }
}
