import { describe, expect, it } from '@jest/globals';
import { HttpProblem } from '@sightline/shared/node';
import { createPasswords, oneTimePassword } from './passwords.ts';

const cheap = createPasswords({ memoryKib: 8, passes: 1, parallelism: 1 });

describe('passwords', () => {
  it('are kept as argon2id with 19 MiB and two passes', async () => {
    const passwords = createPasswords();
    const hash = await passwords.hash('correct horse battery');
    expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    await expect(passwords.verify('correct horse battery', hash)).resolves.toBe(true);
    await expect(passwords.verify('correct horse batterx', hash)).resolves.toBe(false);
  });

  it('are verified with the parameters they were hashed with', async () => {
    // A vector of the reference implementation's own tests.
    const hash = '$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4';
    await expect(cheap.verify('password', hash)).resolves.toBe(true);
  });

  it('never match where there is none, or no hash that can be read', async () => {
    for (const hash of [null, undefined, '', '$argon2i$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$aGFzaA']) {
      await expect(cheap.verify('', hash)).resolves.toBe(false);
    }
  });

  it('are as much work to refuse for an account that does not exist: its checks wait in the same queue', async () => {
    const checks = Array.from({ length: 80 }, () => cheap.verify('password', undefined));
    const results = await Promise.allSettled(checks);
    expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(80 - 66);
  });

  it('wait for each other, but not without end', async () => {
    const results = await Promise.allSettled(Array.from({ length: 80 }, () => cheap.hash('password')));
    const refused = results.filter((result) => result.status === 'rejected');
    expect(refused).toHaveLength(80 - 66);
    expect(refused.every(({ reason }) => reason instanceof HttpProblem)).toBe(true);
    await expect(cheap.hash('password')).resolves.toContain('$argon2id$');
  });

  it('for one sign-in can be read out', () => {
    expect(oneTimePassword()).toMatch(/^([a-hj-km-np-z2-9]{4}-){4}[a-hj-km-np-z2-9]{4}$/);
    expect(oneTimePassword()).not.toBe(oneTimePassword());
  });
});
