import { companyList, enrolment, newEnrolmentToken, type Enrolment } from '@sightline/shared';
import { callApi, type Api } from './session.ts';

const LIFETIME_MS = 3_600_000;

/** The names of a machine that enrols. */
export interface MachineNames {
  readonly user: string;
  readonly host: string;
}

/** The company that the first start created. */
export async function firstCompany(api: Api): Promise<string> {
  const [company] = companyList.parse(await api('GET', '/api/v1/companies')).companies;
  if (company === undefined) throw new Error('there is no company');
  return company.companyId;
}

/** Makes a token with which so many devices of the first company may enrol. */
async function createToken(api: Api, uses: number): Promise<{ secret: string; link: string }> {
  const path = `/api/v1/companies/${await firstCompany(api)}/enrolment-tokens`;
  return newEnrolmentToken.parse(await api('POST', path, { lifetimeMs: LIFETIME_MS, uses }));
}

/** A link that enrols the browser that opens it, as a machine of these names. */
export async function enrolmentLink(api: Api, { user, host }: MachineNames): Promise<string> {
  const url = new URL((await createToken(api, 1)).link);
  url.searchParams.set('user', user);
  url.searchParams.set('host', host);
  return url.href;
}

/** Enrols machines of these names, with one token, as an agent does. */
export async function enrolAll(
  target: { readonly url: string; readonly api: Api },
  machines: readonly MachineNames[],
): Promise<Enrolment[]> {
  const { secret } = await createToken(target.api, machines.length);
  const enrolled: Enrolment[] = [];
  for (const { user, host } of machines) {
    const machine = { userName: user, hostName: host, os: 'Linux' };
    enrolled.push(enrolment.parse(await callApi(target.url, 'POST', '/api/v1/enrol', { secret, machine })));
  }
  return enrolled;
}

/** Enrols one machine. */
export async function enrol(
  target: { readonly url: string; readonly api: Api },
  names: MachineNames,
): Promise<Enrolment> {
  const [enrolled] = await enrolAll(target, [names]);
  if (enrolled === undefined) throw new Error('one machine was to be enrolled');
  return enrolled;
}
