import { setPriority } from 'node:os';
import { ProtocolError } from '@sightline/shared';
import { serveParent } from '../harness/childProcess.ts';
import { ATTACKS } from './attacks/index.ts';
import { attackerRequests } from './protocol.ts';

// Attackers come from other machines: what they compute must not take this one from those whom they attack.
setPriority(19);

serveParent(attackerRequests, {
  attack({ name, target }) {
    const attack = ATTACKS.get(name);
    if (attack === undefined) throw new ProtocolError('bad-payload', `There is no attack "${name}".`);
    return attack(target);
  },
});
