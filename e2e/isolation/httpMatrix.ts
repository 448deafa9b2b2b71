import { CREDENTIALS, createActor, type Actor, type Credential } from './actors.ts';
import { createKept, type Kept } from './kept.ts';
import type { Answered } from './send.ts';
import type { Case, Cell, Row, Sent } from './httpTable.ts';
import { KINDS, PLACES, type Kind, type PlaceName } from './kinds.ts';
import type { Outcome } from './outcome.ts';
import { nameOf, type HomeCompany, type World } from './world.ts';

/** Where the cells are gone through. */
export interface Matrix {
  readonly world: World;
  /** Those who are refused, whatever they ask for. */
  readonly refused: Kept<Actor>;
}

/** The methods that a row is asked with: whatever can be read can be asked for without its body. */
const methodsOf = (method: string): readonly string[] => (method === 'GET' ? ['GET', 'HEAD'] : [method]);

/** Goes through every cell of a row. @param route `METHOD url` */
export async function goThrough({ world, refused }: Matrix, route: string, row: Row): Promise<Outcome> {
  const [declared = '', url = ''] = route.split(' ');
  const outcome: Outcome = { expected: {}, actual: {} };
  for (const use of row.cases) {
    const sendOnce = createKept<Sent>();
    for (const { kind, credential, place, home, name } of cellsOf(world, use)) {
      for (const method of methodsOf(declared)) {
        const refusal = refusalOf(row, credential);
        // Whoever is refused changes nothing: he, and what he asks about, can be used again.
        const once = (): Promise<Actor> => createActor(world, kind, home.groups[0], credential);
        const actor = await (refusal === undefined ? once() : refused(`${kind} ${credential}`, once));
        const cell = { world, kind, home, place, at: world.placeOf(home, place), actor };
        const make = async (): Promise<Sent> => (await use.send?.(cell)) ?? {};
        const sent = await (refusal === undefined ? make() : sendOnce(place, make));
        const answered = await ask(cell, { method, url }, sent);
        const expected = refusal ?? expectedOf(use, { kind, credential, place });
        const key = [use.name ?? 'plain', name, method].join(' | ');
        outcome.expected[key] = method === 'HEAD' ? statusOf(expected) : expected;
        outcome.actual[key] = method === 'HEAD' ? statusOf(answered.answer) : seen(use, cell, answered);
      }
    }
  }
  return outcome;
}

interface CellName {
  readonly kind: Kind;
  readonly credential: Credential;
  readonly place: PlaceName;
}

function* cellsOf(world: World, use: Case): Generator<CellName & { home: HomeCompany; name: string }> {
  for (const place of use.places ?? PLACES) {
    for (const kind of KINDS) {
      for (const credential of CREDENTIALS) {
        // Who is not let in does not get as far as his company: one is enough.
        for (const home of credential === 'valid' ? world.homes : world.homes.slice(0, 1)) {
          const name = `${kind} of ${nameOf(world, home)} (${credential}) → ${place}`;
          yield { place, kind, credential, home, name };
        }
      }
    }
  }
}

/** What somebody is answered who does not get past the door, whatever he asks for. */
function refusalOf({ door }: Row, credential: Credential): string | undefined {
  if (credential === 'foreign-page') return '403 foreign-origin';
  if (credential === 'valid' || door === 'public') return undefined;
  if (credential !== 'password-due') return '401 not-signed-in';
  return door === 'own-account' ? undefined : '403 password-change-required';
}

function expectedOf(use: Case, { kind, credential, place }: CellName): string {
  return (credential === 'disabled' ? use.ifDisabled : undefined) ?? use.expect(kind, place);
}

function ask(
  { actor }: Cell,
  { method, url }: { method: string; url: string },
  { params = {}, query = {}, body }: Sent,
): Promise<Answered> {
  const path = url.replace(/:(\w+)/g, (_all, name: string) => encodeURIComponent(params[name] ?? ''));
  const search = new URLSearchParams(query).toString();
  return actor.call(method, search === '' ? path : `${path}?${search}`, body);
}

const statusOf = (answer: string): string => answer.split(' ')[0] ?? '';

/** The answer, or what is wrong with the body of a success. */
function seen(use: Case, cell: Cell, { answer, body }: Answered): string {
  if (!answer.startsWith('2')) return answer;
  try {
    use.check?.(body, cell);
    return answer;
  } catch (error) {
    return `${answer}, but ${String(error)}`;
  }
}
