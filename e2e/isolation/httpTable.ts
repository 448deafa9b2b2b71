import type { Actor } from './actors.ts';
import type { Kind, Place, PlaceName } from './kinds.ts';
import type { HomeCompany, World } from './world.ts';

/** Who asks, about what place. */
export interface Cell {
  readonly world: World;
  readonly kind: Kind;
  readonly home: HomeCompany;
  readonly place: PlaceName;
  readonly at: Place;
  readonly actor: Actor;
}

/** What is sent: what fills the address' parameters, its query, and the body. */
export interface Sent {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: object;
}

/** What is expected, as `Answered` writes it: a status, with the code of a problem. */
export type Expect = (kind: Kind, place: PlaceName) => string;

/** One way to use a route. */
export interface Case {
  /** What is special about it; absent: the plain use. */
  readonly name?: string;
  readonly expect: Expect;
  /** Where the thing may be; everywhere by default. */
  readonly places?: readonly PlaceName[];
  /** Makes what is asked about, fresh for this cell, and says what to send. */
  readonly send?: (cell: Cell) => Sent | Promise<Sent>;
  /** Looks at the body of a success. @throws if it shows too much or too little */
  readonly check?: (body: string, cell: Cell) => void;
  /** What a disabled account is answered where nobody has to be signed in. */
  readonly ifDisabled?: string;
}

/** A route: whether it asks for a session at all, and how it is used. */
export interface Row {
  /** `public`: nobody has to be signed in. `own-account`: also while the password is due. */
  readonly door: 'public' | 'own-account' | 'session';
  readonly cases: readonly Case[];
}

/** Rows by `METHOD url`. */
export type Rows = Readonly<Record<string, Row>>;

const OF_A_GROUP: readonly Kind[] = ['group-admin', 'group-supervisor', 'group-compliance'];

/** Everybody is answered the same. */
export const everybody =
  (answer: string): Expect =>
  () =>
    answer;

/** A route that is about no company: these may use it. */
export const anywhere =
  (who: readonly Kind[], success: string): Expect =>
  (kind) =>
    who.includes(kind) ? success : '403 forbidden';

/** A route below a company: these may use it, and to who has no role there the company does not exist. */
export const inCompany =
  (who: readonly Kind[], success: string): Expect =>
  (kind, place) => {
    if (place === 'nowhere') return '404 unknown-company';
    if (kind !== 'owner' && (place === 'other-company' || kind === 'no-grants')) return '404 unknown-company';
    return who.includes(kind) ? success : '403 forbidden';
  };

/** A thing of a group, found by its id alone: these may, and what is beyond their reach does not exist. */
export const ofGroup =
  (who: readonly Kind[], success: string, unknown: string): Expect =>
  (kind, place) => {
    if (!who.includes(kind)) return '403 forbidden';
    if (place === 'nowhere') return unknown;
    if (place === 'other-company') return kind === 'owner' ? success : unknown;
    if (place === 'other-group') return OF_A_GROUP.includes(kind) ? unknown : success;
    return success;
  };

/** Whether something in a group may be shown to this kind, whose home is `home`. */
export function mayBeShown(
  kind: Kind,
  home: HomeCompany,
  thing: { readonly companyId: string; readonly groupId?: string | null },
): boolean {
  if (kind === 'owner') return true;
  if (thing.companyId !== home.companyId) return false;
  return !OF_A_GROUP.includes(kind) || thing.groupId === home.groups[0].groupId;
}
