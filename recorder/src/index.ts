export { readConfig, type RecorderConfig } from './config.ts';
export { createRecorder, type Recorder } from './recorder.ts';
