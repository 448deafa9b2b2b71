import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import {
  AGENT_NAMESPACE,
  PROTOCOL_VERSION,
  agentRequests,
  createRequester,
  type AgentToServer,
  type ServerToAgent,
} from '@sightline/shared';
import type { Closable } from '@sightline/e2e/harness/cleanup.ts';
import { io, type Socket } from 'socket.io-client';
import { CAPTURED_CODEC } from './capture.ts';

/** The name of the machine that all of them run on. */
export const BENCH_HOST = 'bench';

/** An agent as the sfu sees it: it signals as every agent does, and sends plain RTP. */
export interface SimulatedAgent extends Closable {
  readonly sessionId: string;
  /** Packets that the kernel did not take, or that nobody took. */
  readonly sendErrors: number;
  /** Sends one packet. */
  send(header: Buffer, payload: Buffer): void;
  /** Ends the session, as the agent's stop button does. */
  stopStreaming(): Promise<void>;
}

/** Connects a device that has enrolled, opens its session and announces its stream. */
export async function connectSimulatedAgent(options: {
  url: string;
  credential: string;
  userName: string;
  ssrc: number;
}): Promise<SimulatedAgent> {
  const signaling: Socket<ServerToAgent, AgentToServer> = io(`${options.url}${AGENT_NAMESPACE}`, {
    transports: ['websocket'],
    forceNew: true,
    reconnection: false,
    auth: { protocolVersion: PROTOCOL_VERSION, credential: options.credential },
  });
  const media = createSocket('udp4');
  let sendErrors = 0;
  const countError = (): void => {
    sendErrors += 1;
  };
  const close = (): void => {
    signaling.disconnect();
    media.close();
  };
  try {
    const request = createRequester(signaling, agentRequests);
    const machine = { userName: options.userName, hostName: BENCH_HOST, os: 'Linux' };
    await request('client-connected', { machine, lastSeenMessage: 0 });
    const { transportId, iceCandidates } = await request('create-transport', {});
    const [address] = iceCandidates;
    if (address === undefined) throw new Error('The sfu named no address for media.');
    media.connect(address.port, address.address);
    await once(media, 'connect');
    media.on('error', countError);
    const { sessionId } = await request('start-streaming', {});
    await request('produce', {
      transportId,
      trackId: 'display-1',
      label: 'Display 1',
      source: 'full',
      kind: 'video',
      rtpParameters: { mid: '0', codecs: [CAPTURED_CODEC], encodings: [{ ssrc: options.ssrc }] },
    });
    return {
      sessionId,
      get sendErrors() {
        return sendErrors;
      },
      send: (header, payload) => {
        media.send([header, payload], (error) => {
          if (error !== null) countError();
        });
      },
      stopStreaming: async () => {
        await request('stop-streaming', {});
      },
      close,
    };
  } catch (error) {
    close();
    throw error;
  }
}
