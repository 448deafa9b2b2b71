import { createLogger, runService } from '@sightline/shared/node';
import { createRecorder, readConfig } from './index.ts';

await runService('recorder', async () => {
  const config = readConfig(process.env);
  const logger = createLogger('recorder', config.logLevel);
  const recorder = await createRecorder(config, { logger });
  return { close: () => recorder.close(), logger };
});
