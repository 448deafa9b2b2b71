import { io, type Socket } from 'socket.io-client';
import type { PageToServer, ServerToPage, Signal } from '../events.ts';
import { addWatchButtons } from './watchButtons.ts';

const socket: Socket<ServerToPage, PageToServer> = io({ transports: ['websocket'] });
let peer: RTCPeerConnection | undefined;

/** The codec of the product, and what repairs it. */
function productCodecs(): RTCRtpCodec[] {
  const codecs = RTCRtpReceiver.getCapabilities('video')?.codecs ?? [];
  const h264 = codecs.filter(
    ({ mimeType, sdpFmtpLine = '' }) =>
      mimeType === 'video/H264' &&
      sdpFmtpLine.includes('packetization-mode=1') &&
      sdpFmtpLine.includes('profile-level-id=42e01f'),
  );
  return [...h264, ...codecs.filter(({ mimeType }) => mimeType === 'video/rtx')];
}

async function offer(opened: RTCPeerConnection): Promise<void> {
  await opened.setLocalDescription();
  const { localDescription } = opened;
  if (localDescription === null) throw new Error('there is no offer');
  socket.emit('signal', { kind: 'description', description: localDescription.toJSON() });
}

async function follow(signal: Signal): Promise<void> {
  if (signal.kind === 'description') await peer?.setRemoteDescription(signal.description);
  else await peer?.addIceCandidate(signal.candidate);
}

socket.on('signal', (signal) => void follow(signal));
addWatchButtons((video) => {
  const opened = new RTCPeerConnection();
  peer = opened;
  opened.addEventListener('icecandidate', ({ candidate }) => {
    if (candidate !== null) socket.emit('signal', { kind: 'candidate', candidate: candidate.toJSON() });
  });
  const transceiver = opened.addTransceiver('video', { direction: 'recvonly' });
  transceiver.setCodecPreferences(productCodecs());
  transceiver.receiver.jitterBufferTarget = 0;
  video.srcObject = new MediaStream([transceiver.receiver.track]);
  void offer(opened);
  return () => opened.close();
});
