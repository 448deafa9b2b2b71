import {
  AGENT_NAMESPACE,
  agentRequests,
  createRequester,
  type LoginAnswer,
  type RtpParameters,
} from '@sightline/shared';
import type { Socket } from 'socket.io-client';
import { connect } from './sockets.ts';
import type { DevicePlace, Enrolled, World } from './world.ts';

/** What every agent says of its machine. */
export const MACHINE = { userName: 'ann', hostName: 'desk', os: 'Linux' };
/** What every client of the media engine shows; nobody ever sends a packet. */
export const DTLS = {
  fingerprints: [{ algorithm: 'sha-256' as const, value: Array(32).fill('AB').join(':') }],
};

/** An agent that is connected, logged in or not. */
export interface ConnectedAgent extends Enrolled {
  readonly socket: Socket;
}

/** An agent that streams one display. */
export interface StreamingAgent extends ConnectedAgent {
  readonly login: LoginAnswer;
  readonly sessionId: string;
  readonly transportId: string;
  readonly producerId: string;
}

/** Connects a new device. */
export async function connectAgent(world: World, at: DevicePlace): Promise<ConnectedAgent> {
  const enrolled = await world.newDevice(at);
  const { credential } = enrolled;
  return {
    ...enrolled,
    socket: await connect(world.stack.url, AGENT_NAMESPACE, { auth: { credential } }),
  };
}

/** Connects a new device, whose agent streams. */
export async function startAgent(world: World, at: DevicePlace): Promise<StreamingAgent> {
  return stream(await connectAgent(world, at));
}

/** Logs an agent in, and lets it stream. */
export async function stream(agent: ConnectedAgent): Promise<StreamingAgent> {
  const request = createRequester(agent.socket, agentRequests);
  const login = await request('client-connected', { machine: MACHINE, lastSeenMessage: 0 });
  await request('report-clock', { offsetMs: 0, roundTripMs: 1 });
  const { sessionId } = await request('start-streaming', {});
  const { transportId } = await request('create-transport', {});
  await request('connect-transport', { transportId, dtlsParameters: DTLS });
  const { producerId } = await request('produce', produceOrder(transportId, 'display-1'));
  return { ...agent, login, sessionId, transportId, producerId };
}

/** Publishes a display. */
export function produceOrder(transportId: string, trackId: string) {
  return {
    transportId,
    trackId,
    label: 'Display',
    source: 'full' as const,
    kind: 'video' as const,
    rtpParameters: nextStream(),
  };
}

let streams = 0;

function nextStream(): RtpParameters {
  streams += 1;
  const parameters = { 'packetization-mode': 1, 'profile-level-id': '42e01f' };
  return {
    mid: String(streams),
    codecs: [{ mimeType: 'video/H264', payloadType: 96, clockRate: 90_000, parameters }],
    encodings: [{ ssrc: 1_000 + streams }],
  };
}
