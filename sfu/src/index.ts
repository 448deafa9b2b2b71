export { openDatabase } from './db/database.ts';
export { createMediasoupEngine, type EngineRouter, type MediasoupEngine } from './media/engine.ts';
export { ONLY_COMPANY, createSfu, type Sfu } from './sfu.ts';
