export type { EngineRouter, MediasoupEngine } from './media/engine.ts';
export type { MediaEngine, MediaObject, MediaProducer, MediaRouter, MediaTransport } from './media/types.ts';
export { startSfuService } from './service.ts';
