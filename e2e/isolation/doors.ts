import { CREDENTIALS, createActor, type Credential } from './actors.ts';
import { KINDS, type Kind } from './kinds.ts';
import type { Outcome } from './outcome.ts';
import { NAMESPACES, openSocket, received, type Namespace, type Shown } from './sockets.ts';
import { createSecret, type World } from './world.ts';

/** What is shown, and how each namespace receives it; where nothing is said, as `unauthorised`. */
interface Visitor {
  readonly name: string;
  readonly shown: Shown;
  readonly received: Partial<Record<Namespace, string>>;
}

/** A secret at every place where a secret is looked for. */
const everywhere = (secret: string): Shown => ({
  auth: { credential: secret, secret, token: secret, cookie: secret },
  headers: { cookie: `sightline=${secret}`, authorization: `Bearer ${secret}` },
});

/** Shows everything that anybody may have at the doors of all namespaces. */
export async function knockEverywhere(world: World): Promise<Outcome> {
  const outcome: Outcome = { expected: {}, actual: {} };
  for (const { name, shown, received: welcome } of await visitors(world)) {
    for (const namespace of NAMESPACES) {
      const key = `${name} at ${namespace}`;
      const socket = openSocket(world.stack.url, namespace, shown);
      outcome.actual[key] = await received(socket);
      outcome.expected[key] = welcome[namespace] ?? 'unauthorised';
      socket.disconnect();
    }
  }
  return outcome;
}

async function visitors(world: World): Promise<Visitor[]> {
  const [home] = world.homes;
  const at = home.groups[0];
  const device = await world.newDevice(at);
  const revoked = await world.newDevice(at);
  const path = `/api/v1/companies/${at.companyId}/devices/${revoked.device.deviceId}/revoke`;
  await world.stack.api('POST', path);
  const people = await Promise.all(
    KINDS.flatMap((kind) =>
      CREDENTIALS.map(async (credential) => {
        const { headers } = await createActor(world, kind, at, credential);
        return { name: `${kind} (${credential})`, shown: { headers }, received: welcomeOf(kind, credential) };
      }),
    ),
  );
  return [
    ...people,
    { name: 'nothing', shown: {}, received: {} },
    { name: 'nonsense', shown: everywhere('x'), received: {} },
    { name: 'a guess', shown: everywhere(createSecret()), received: {} },
    {
      name: 'the credential of a device',
      shown: everywhere(device.credential),
      received: { '/agent': 'in' },
    },
    {
      name: 'the credential of a revoked device',
      shown: everywhere(revoked.credential),
      received: { '/agent': 'device-revoked' },
    },
    {
      name: 'the secret of an enrolment token',
      shown: everywhere((await world.newToken(at)).secret),
      received: {},
    },
    {
      name: 'the secret of the recorders',
      shown: everywhere(world.stack.recorderSecret),
      received: { '/recorder': 'in' },
    },
    {
      name: 'a device, by a foreign page',
      shown: { auth: { credential: device.credential }, headers: { origin: 'https://elsewhere.example' } },
      received: { '/agent': 'no connection', '/viewer': 'no connection', '/recorder': 'no connection' },
    },
  ];
}

function welcomeOf(kind: Kind, credential: Credential): Visitor['received'] {
  switch (credential) {
    case 'valid':
      return { '/viewer': kind === 'no-grants' || kind.endsWith('compliance') ? 'forbidden' : 'in' };
    case 'password-due':
      return { '/viewer': 'password-change-required' };
    case 'foreign-page':
      return { '/agent': 'no connection', '/viewer': 'no connection', '/recorder': 'no connection' };
    case 'none':
    case 'garbage':
    case 'expired':
    case 'revoked':
    case 'disabled':
      return {};
  }
}
