import { io, type Socket } from 'socket.io-client';
import type { PageToServer, ServerToPage, Signal } from '../events.ts';
import { captureScreen, MAX_BITRATE_BPS, START_BITRATE_KBPS } from './captureScreen.ts';

const socket: Socket<ServerToPage, PageToServer> = io({ transports: ['websocket'] });
let track: MediaStreamTrack | undefined;
let peer: RTCPeerConnection | undefined;

/** libwebrtc takes its first estimate from the other side's description, as the product's agent has it too. */
function withStartBitrate(sdp: string): string {
  return sdp.replace(
    /^a=fmtp:\d+ .*profile-level-id=.*$/gm,
    `$&;x-google-start-bitrate=${START_BITRATE_KBPS}`,
  );
}

async function answer(offer: RTCSessionDescriptionInit): Promise<void> {
  peer?.close();
  const opened = new RTCPeerConnection();
  peer = opened;
  opened.addEventListener('icecandidate', ({ candidate }) => {
    if (candidate !== null) socket.emit('signal', { kind: 'candidate', candidate: candidate.toJSON() });
  });
  await opened.setRemoteDescription({ type: 'offer', sdp: withStartBitrate(offer.sdp ?? '') });
  const [transceiver] = opened.getTransceivers();
  if (transceiver === undefined || track === undefined) throw new Error('there is nothing to send');
  transceiver.direction = 'sendonly';
  await transceiver.sender.replaceTrack(track);
  await opened.setLocalDescription();
  const { localDescription } = opened;
  if (localDescription === null) throw new Error('there is no answer');
  socket.emit('signal', { kind: 'description', description: localDescription.toJSON() });
  const parameters = transceiver.sender.getParameters();
  for (const encoding of parameters.encodings) encoding.maxBitrate = MAX_BITRATE_BPS;
  await transceiver.sender.setParameters({ ...parameters, degradationPreference: 'maintain-resolution' });
}

async function follow(signal: Signal): Promise<void> {
  if (signal.kind === 'description') await answer(signal.description);
  else await peer?.addIceCandidate(signal.candidate);
}

socket.on('signal', (signal) => void follow(signal));
window.share = async () => {
  track = await captureScreen();
};
