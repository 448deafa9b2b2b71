import { ProtocolError, type Clock, type Source } from '@sightline/shared';
import type { Display } from '../capture/display.ts';
import type { AgentRequester } from '../signaling/connection.ts';
import { createIceRecovery, type IceRecovery } from './iceRecovery.ts';
import type { MediaEngine, OutgoingMedia, OutgoingStream, SendTransport } from './mediaEngine.ts';
import { availableOutgoingBps, readSenderSample, senderRates, type SenderSample } from './senderStats.ts';
import { createUplinkProbing, type EncoderBitrates, type UplinkProbing } from './uplinkProbing.ts';
import { createUplinkReport } from './uplinkReport.ts';

/** A stream that the server has a producer of. */
export interface PublishedStream {
  readonly trackId: string;
  readonly source: Source;
  readonly stream: OutgoingStream;
}

/** One transport and what is sent on it. */
export interface Publication {
  readonly streams: readonly PublishedStream[];
  /** Whether what is sent does not get through at present. */
  readonly broken: boolean;
  /** What congestion control granted last, bit/s; undefined before it has granted anything. */
  readonly uplinkBps: number | undefined;
  /** While paused nothing is sent. */
  paused: boolean;
  /** Produces what of the display is not produced yet: full, then small, then audio. */
  publish(display: Display): Promise<void>;
  /** Stops sending, at once, the tracks that are not among these. */
  retain(trackIds: ReadonlySet<string>): void;
  /** Has the server close the producers of what is not sent any more. */
  closeProducers(): Promise<void>;
  /** Stops sending. The server closes its producers by itself when the session ends. */
  closeStreams(): void;
  /** The server can be asked again. */
  linkRestored(): void;
  /** Ends the transport and its streams, at this end. May be called again. */
  close(): void;
}

/** What a {@link Publication} is made from. */
export interface PublicationDeps {
  request: AgentRequester;
  engine: MediaEngine;
  clock: Clock;
  onChange: () => void;
  /** The transport does not get through, and asking for an ICE restart failed. */
  onBroken: (error: unknown) => void;
  /** Something failed that publishing does not depend on. */
  onMinorError: (error: unknown) => void;
}

/** Opens a transport, ours and the server's. */
export async function openPublication(deps: PublicationDeps): Promise<Publication> {
  const { request, engine } = deps;
  const { routerRtpCapabilities } = await request('get-router-capabilities', {});
  const sender = await engine.prepare(routerRtpCapabilities);
  const options = await request('create-transport', {});
  const { transportId } = options;
  const iceRecovery = createIceRecovery({
    clock: deps.clock,
    restart: async () => {
      const { iceParameters } = await request('restart-ice', { transportId });
      await transport.restartIce(iceParameters);
    },
    onFailure: deps.onBroken,
  });
  const transport: SendTransport = sender.openTransport(options, {
    connect: async (dtlsParameters) => {
      await request('connect-transport', { transportId, dtlsParameters });
    },
    produce: async (order) => (await request('produce', { ...order, transportId })).producerId,
    stateChanged(state) {
      iceRecovery.stateChanged(state);
      deps.onChange();
    },
  });
  let uplinkBps: number | undefined;
  const uplinkReport = createUplinkReport({
    clock: deps.clock,
    readBps: async () => (uplinkBps = availableOutgoingBps(await transport.getStats())),
    report: (availableBps) => request('report-uplink', { availableBps }),
    onError: deps.onMinorError,
  });
  return createPublication(deps, transport, {
    iceRecovery,
    uplinkBps: () => uplinkBps,
    close() {
      iceRecovery.close();
      uplinkReport.close();
    },
  });
}

function createPublication(
  { request, clock, onChange, onMinorError }: PublicationDeps,
  transport: SendTransport,
  companions: { iceRecovery: IceRecovery; uplinkBps: () => number | undefined; close: () => void },
): Publication {
  const streams = new Map<string, PublishedStream>();
  const probings = new Map<string, UplinkProbing>();
  /** Producers that the server has, or may have, of streams that are closed here. */
  const leftOver = new Set<string>();
  let paused = false;
  let closed = false;

  function closeStreams(): void {
    for (const key of streams.keys()) closeStream(key);
    leftOver.clear();
    onChange();
  }

  function closeStream(key: string): void {
    probings.get(key)?.close();
    probings.delete(key);
    streams.get(key)?.stream.close();
    streams.delete(key);
  }

  /** Only *full* tells whether the uplink is too narrow: the rest gives way to it. */
  function probeFor(key: string, stream: OutgoingStream): void {
    const probing = createUplinkProbing({
      clock,
      readBitrates: createBitrateReader(stream),
      probe: () => stream.probeUplink(),
      refresh: () => stream.refreshBitrate(),
      onError: onMinorError,
    });
    probings.set(key, probing);
  }

  return {
    get streams() {
      return [...streams.values()];
    },
    get broken() {
      return companions.iceRecovery.broken;
    },
    get uplinkBps() {
      return companions.uplinkBps();
    },
    get paused() {
      return paused;
    },
    set paused(wanted) {
      if (wanted === paused) return;
      paused = wanted;
      for (const { stream } of streams.values()) {
        if (paused) stream.pause();
        else stream.resume();
      }
    },
    async publish(display) {
      for (const media of liveMediaOf(display)) {
        const key = `${media.trackId}/${media.source}`;
        if (closed || streams.has(key)) continue;
        const stream = await produceUnlessEnded(transport, media);
        if (stream === undefined) continue;
        if (paused) stream.pause();
        streams.set(key, { trackId: media.trackId, source: media.source, stream });
        if (media.source === 'full') probeFor(key, stream);
        onChange();
      }
    },
    retain(trackIds) {
      for (const [key, { trackId, stream }] of streams) {
        if (trackIds.has(trackId)) continue;
        leftOver.add(stream.producerId);
        closeStream(key);
        onChange();
      }
    },
    async closeProducers() {
      for (const producerId of leftOver) {
        await request('close-producer', { producerId }).catch(ignoreUnknownProducer);
        leftOver.delete(producerId);
      }
    },
    linkRestored: () => companions.iceRecovery.linkRestored(),
    closeStreams,
    close() {
      if (closed) return;
      closed = true;
      companions.close();
      closeStreams();
      transport.close();
    },
  };
}

/** The server closed it already, or closed it when we asked, and the answer was lost. */
function ignoreUnknownProducer(error: unknown): void {
  if (!(error instanceof ProtocolError) || error.code !== 'unknown-producer') throw error;
}

/**
 * *full* comes last: libwebrtc keeps the estimate of an idle connection up by probing only if the stream that was
 * added last is a screen (`VideoSendStreamImpl`, `EnablePeriodicAlrProbing`), and *small* is sent as motion. Sound comes
 * first, so that the recording of *full* has it from the beginning.
 */
function liveMediaOf({ trackId, label, full, small, audio }: Display): OutgoingMedia[] {
  const media: OutgoingMedia[] = [
    ...(audio === undefined ? [] : [{ trackId, label, source: 'audio' as const, track: audio }]),
    { trackId, label, source: 'small', track: small },
    { trackId, label, source: 'full', track: full },
  ];
  return media.filter(({ track }) => track.readyState === 'live');
}

/** Reads what a stream's encoder has made of its grant since the reading before. */
function createBitrateReader(stream: OutgoingStream): () => Promise<EncoderBitrates | undefined> {
  let previous: SenderSample | undefined;
  return async () => {
    const now = readSenderSample(await stream.getStats());
    const before = previous;
    previous = now;
    if (now === undefined || before === undefined) return undefined;
    return {
      sentBps: senderRates(before, now).bitrateBps,
      targetBps: now.targetBps,
      maxBps: stream.maxBps,
    };
  };
}

/** A track may end while it waits for its turn; its display then goes too, and nothing has failed. */
async function produceUnlessEnded(
  transport: SendTransport,
  media: OutgoingMedia,
): Promise<OutgoingStream | undefined> {
  try {
    return await transport.produce(media);
  } catch (error) {
    if (media.track.readyState === 'ended') return undefined;
    throw error;
  }
}
