import { expect, it } from '@jest/globals';
import { ownPage } from './ownPage.ts';
import { guardPermissions, type PermissionSession } from './permissions.ts';

const page = ownPage({});
const own = { getURL: () => page.url };
const foreign = { getURL: () => 'https://elsewhere.example/' };

it('lets only our own page capture, and nobody do anything else', () => {
  let check: Parameters<PermissionSession['setPermissionCheckHandler']>[0] = () => true;
  let request: Parameters<PermissionSession['setPermissionRequestHandler']>[0] = () => undefined;
  guardPermissions(
    {
      setPermissionCheckHandler: (handler) => (check = handler),
      setPermissionRequestHandler: (handler) => (request = handler),
    },
    page,
  );
  expect(check(own, 'display-capture')).toBe(true);
  expect(check(own, 'media')).toBe(true);
  expect(check(own, 'geolocation')).toBe(false);
  expect(check(foreign, 'display-capture')).toBe(false);
  expect(check(null, 'media')).toBe(false);

  const answers: boolean[] = [];
  request(own, 'display-capture', (granted) => answers.push(granted));
  request(foreign, 'display-capture', (granted) => answers.push(granted));
  expect(answers).toEqual([true, false]);
});
