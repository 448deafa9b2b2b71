import type { ServeOptions } from '@sightline/shared';
import type { Logger } from '@sightline/shared/node';

/** Logs refused requests: what a client got wrong for those who look for it, what we got wrong for everybody. */
export function logRefusals(logger: Logger): ServeOptions['onRefused'] {
  return (event, code, cause) => {
    if (cause === undefined) logger.debug({ event, code }, 'request refused');
    else logger.error({ event, code, err: cause }, 'a request failed');
  };
}
