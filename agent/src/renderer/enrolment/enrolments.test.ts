import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { memoryStorage } from '../memoryStorage.ts';
import { createBrowserStore, createShellStore } from './credentialStore.ts';
import { createEnrolments } from './enrolments.ts';
import { createExchange } from './exchange.ts';

const MACHINE = { userName: 'ana', hostName: 'desk', os: 'Linux' };
const ENROLLED = { deviceId: 'd1', credential: 'c-secret', deviceName: 'Desk' };

let answer: Response;
const fetchFrom = jest.fn<typeof fetch>(async () => answer);

const json = (body: unknown, status = 200): Response => new Response(JSON.stringify(body), { status });

beforeEach(() => {
  fetchFrom.mockClear();
  answer = json(ENROLLED);
});

describe('enrolling', () => {
  it('exchanges the secret once, and is known when the page is opened again', async () => {
    const storage = memoryStorage();
    const exchange = createExchange(fetchFrom);
    const enrolments = createEnrolments({ store: createBrowserStore(storage), exchange });
    await enrolments.load();
    expect(enrolments.current).toBeUndefined();
    await enrolments.enrol('s1', MACHINE);
    expect(enrolments.current).toEqual(ENROLLED);
    expect(fetchFrom).toHaveBeenCalledTimes(1);
    const [url, request] = fetchFrom.mock.calls[0] ?? [];
    expect(url).toBe('/api/v1/enrol');
    expect(request).toMatchObject({
      method: 'POST',
      body: JSON.stringify({ secret: 's1', machine: MACHINE }),
    });
    const later = createEnrolments({ store: createBrowserStore(storage), exchange });
    await later.load();
    expect(later.current).toEqual(ENROLLED);
  });

  it.each([
    [
      'says why',
      json({ type: 'x', title: 'Gone', status: 410, detail: 'Used up.', code: 'x' }, 410),
      'Used up.',
    ],
    ['gives a title only', json({ type: 'x', title: 'Gone', status: 410, code: 'x' }, 410), 'Gone'],
    ['is no answer of ours', new Response('<html>', { status: 502 }), /makes no sense \(502\)/],
    ['lacks the credential', json({ deviceId: 'd1' }), /makes no sense \(200\)/],
  ])('fails when the answer %s', async (_what, response, message) => {
    answer = response;
    const store = createBrowserStore(memoryStorage());
    const enrolments = createEnrolments({ store, exchange: createExchange(fetchFrom) });
    await expect(enrolments.enrol('s1', MACHINE)).rejects.toThrow(message);
    expect(enrolments.current).toBeUndefined();
  });

  it('says that the server cannot be reached', async () => {
    const exchange = createExchange(() => Promise.reject(new TypeError('Failed to fetch')));
    await expect(exchange({ secret: 's', machine: MACHINE })).rejects.toThrow('cannot be reached');
  });

  it('does not use up the secret where the credential cannot be kept', async () => {
    const bridge = {
      loadCredential: async () => null,
      canSaveCredential: async () => false,
      saveCredential: async () => undefined,
    };
    const enrolments = createEnrolments({
      store: createShellStore(bridge),
      exchange: createExchange(fetchFrom),
    });
    await enrolments.load();
    await expect(enrolments.enrol('s1', MACHINE)).rejects.toThrow('no keychain');
    expect(fetchFrom).not.toHaveBeenCalled();
  });

  it('works until the page is closed when keeping the credential fails', async () => {
    const bridge = {
      loadCredential: async () => 'damaged',
      canSaveCredential: async () => true,
      saveCredential: () => Promise.reject(new Error('disk full')),
    };
    const enrolments = createEnrolments({
      store: createShellStore(bridge),
      exchange: createExchange(fetchFrom),
    });
    await enrolments.load();
    expect(enrolments.current).toBeUndefined();
    await expect(enrolments.enrol('s1', MACHINE)).rejects.toThrow('could not keep');
    expect(enrolments.current).toEqual(ENROLLED);
  });
});
