import { describe, expect, it } from '@jest/globals';
import { PROTOCOL_VERSION, type Grant } from '@sightline/shared';
import { createLogger } from '@sightline/shared/node';
import { aDevice } from '../clients/aDevice.ts';
import type { SignedIn } from '../identity/signedIn.ts';
import {
  requireAccount,
  requireDevice,
  requireSecret,
  requireVersion,
  type Admission,
  type Applicant,
} from './admission.ts';

const logger = createLogger('test', 'silent');

/** The code with which a connection is refused; undefined: it is let in. */
function codeOf(admission: Admission, applicant: Applicant): Promise<unknown> {
  return new Promise((resolve) => {
    admission(applicant, (refusal) => {
      const data: unknown = refusal !== undefined && 'data' in refusal ? refusal.data : undefined;
      resolve(typeof data === 'object' && data !== null && 'code' in data ? data.code : refusal);
    });
  });
}

const applicant = (auth: Record<string, unknown>, cookie?: string): Applicant => ({
  handshake: { auth, headers: cookie === undefined ? {} : { cookie }, address: '127.0.0.1' },
  nsp: { name: '/test' },
  data: {},
});

const signedIn = (grants: Grant[], mustChangePassword = false): SignedIn => ({
  principal: { accountId: 'sue', name: 'Sue', grants },
  sessionHash: 'hash',
  mustChangePassword,
});

const ACCOUNTS: Record<string, SignedIn> = {
  owner: signedIn([{ role: 'owner', companyId: null, groupId: null }]),
  group: signedIn([{ role: 'supervisor', companyId: 'acme', groupId: 'office' }]),
  compliance: signedIn([{ role: 'compliance', companyId: 'acme', groupId: null }]),
  nothing: signedIn([]),
  newcomer: signedIn([{ role: 'admin', companyId: 'acme', groupId: null }], true),
};

describe('an agent', () => {
  const device = aDevice();
  const admission = requireDevice(
    {
      authenticate: (credential) => {
        if (credential === 'broken') return Promise.reject(new Error('no database'));
        return Promise.resolve(credential === 'good' ? device : credential === 'old' ? 'revoked' : 'unknown');
      },
    },
    logger,
  );

  it.each([
    ['good', undefined],
    ['old', 'device-revoked'],
    ['forged', 'unauthorised'],
    [undefined, 'unauthorised'],
    [{ toString: 'good' }, 'unauthorised'],
    ['broken', 'internal'],
  ])('with the credential %j: %s', async (credential, code) => {
    expect(await codeOf(admission, applicant({ credential }))).toBe(code);
  });

  it('is known by its device from then on', async () => {
    const admitted = applicant({ credential: 'good' });
    await codeOf(admission, admitted);
    expect(admitted.data.device).toBe(device);
  });
});

describe('a dashboard', () => {
  const admission = requireAccount(
    { authenticate: (cookie) => Promise.resolve(ACCOUNTS[cookie ?? '']) },
    logger,
  );

  it.each([
    ['owner', undefined],
    ['group', undefined],
    ['compliance', 'forbidden'],
    ['nothing', 'forbidden'],
    ['newcomer', 'password-change-required'],
    ['nobody', 'unauthorised'],
    [undefined, 'unauthorised'],
  ])('of %s: %s', async (cookie, code) => {
    expect(await codeOf(admission, applicant({}, cookie))).toBe(code);
  });
});

describe('anybody', () => {
  it.each([
    [PROTOCOL_VERSION, undefined],
    [PROTOCOL_VERSION - 1, 'unsupported-protocol-version'],
    [String(PROTOCOL_VERSION), 'unsupported-protocol-version'],
    [undefined, 'unsupported-protocol-version'],
  ])('who speaks version %j: %s', async (protocolVersion, code) => {
    expect(await codeOf(requireVersion(logger), applicant({ protocolVersion }))).toBe(code);
  });
});

describe('a recorder', () => {
  it.each([
    ['the secret', undefined],
    ['another', 'unauthorised'],
    [undefined, 'unauthorised'],
  ])('with the secret %j: %s', async (secret, code) => {
    expect(await codeOf(requireSecret('the secret', logger), applicant({ secret }))).toBe(code);
  });
});
