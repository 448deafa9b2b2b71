import { runService } from '@sightline/shared/node';
import { startSfuService } from './service.ts';

await runService('sfu', () => startSfuService(process.env));
