import { expect, it } from '@jest/globals';
import { rtpCapabilities, transportOptions } from '@sightline/shared';
import {
  generateLocalDtlsParameters,
  generateNativeRtpCapabilities,
  generateRouterRtpCapabilities,
  generateTransportRemoteParameters,
} from 'mediasoup-client/fakeParameters';
import { FakeHandler } from 'mediasoup-client/handlers/FakeHandler';
import { FakeTrack } from '../capture/fakeTrack.ts';
import type { ProduceOrder, TransportHandlers } from './mediaEngine.ts';
import { createMediasoupEngine } from './mediasoupEngine.ts';

it('announces what it sends as the protocol wants it', async () => {
  const orders: ProduceOrder[] = [];
  const handlers: TransportHandlers = {
    connect: async () => undefined,
    produce: async (order) => `producer-${orders.push(order)}`,
    stateChanged: () => undefined,
  };
  const engine = createMediasoupEngine({
    handlerFactory: FakeHandler.createFactory({ generateNativeRtpCapabilities, generateLocalDtlsParameters }),
  });
  const { openTransport } = await engine.prepare(rtpCapabilities.parse(generateRouterRtpCapabilities()));
  const { id: transportId, ...serverEnd } = generateTransportRemoteParameters();
  const transport = openTransport(transportOptions.parse({ transportId, ...serverEnd }), handlers);
  try {
    const track = new FakeTrack();
    const stream = await transport.produce({ track, trackId: 'display-1', label: 'Left', source: 'full' });
    expect(stream.producerId).toBe('producer-1');
    expect(orders).toMatchObject([{ trackId: 'display-1', label: 'Left', source: 'full', kind: 'video' }]);
  } finally {
    transport.close();
  }
});
