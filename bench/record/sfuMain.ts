import { runService } from '@sightline/shared/node';
import { startSfuService } from '@sightline/sfu';
import { withPlainTransports } from './plainTransports.ts';

/** The sfu as it is run, but for the agents' transports. */
await runService('sfu', () => startSfuService(process.env, withPlainTransports));
