import { argon2, randomBytes, randomInt, timingSafeEqual } from 'node:crypto';
import { HttpProblem } from '@sightline/shared/node';

/** Hashes and verifies passwords. */
export interface Passwords {
  /** Argon2id (RFC 9106) in PHC string format. @throws {HttpProblem} 429 `busy` */
  hash(password: string): Promise<string>;
  /**
   * Whether this is the password. Without a hash, because there is no such account or it has no password, the answer
   * is false and takes as long.
   *
   * @throws {HttpProblem} 429 `busy`
   */
  verify(password: string, hash: string | null | undefined): Promise<boolean>;
}

interface Cost {
  memoryKib: number;
  passes: number;
  parallelism: number;
}

/** OWASP's second choice of parameters: about 33 ms. */
const COST: Cost = { memoryKib: 19_456, passes: 2, parallelism: 1 };
const SALT_BYTES = 16;
const HASH_BYTES = 32;
/** Each takes a thread of libuv's four, and 19 MiB. */
const AT_ONCE = 2;
const WAITING_LIMIT = 64;
const PHC = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;

/** Builds {@link Passwords}. `cost` is lower in tests. */
export function createPasswords(cost: Cost = COST): Passwords {
  const waiting: (() => void)[] = [];
  let running = 0;

  const derive = async (password: string, salt: Buffer, bytes: number, with_: Cost): Promise<Buffer> => {
    if (running >= AT_ONCE) {
      if (waiting.length >= WAITING_LIMIT)
        throw new HttpProblem(429, 'busy', 'Many are signing in; try again in a moment.');
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else running += 1;
    try {
      return await deriveNow(password, salt, bytes, with_);
    } finally {
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };

  const salted = async (password: string, salt: Buffer): Promise<string> => {
    const hash = await derive(password, salt, HASH_BYTES, cost);
    const { memoryKib, passes, parallelism } = cost;
    return `$argon2id$v=19$m=${memoryKib},t=${passes},p=${parallelism}$${toPhc(salt)}$${toPhc(hash)}`;
  };

  return {
    hash: (password) => salted(password, randomBytes(SALT_BYTES)),
    async verify(password, hash) {
      const [, memory, passes, parallelism, salt, expected] = PHC.exec(hash ?? '') ?? [];
      if (salt === undefined || expected === undefined) {
        await derive(password, randomBytes(SALT_BYTES), HASH_BYTES, cost);
        return false;
      }
      const wanted = Buffer.from(expected, 'base64');
      const given = await derive(password, Buffer.from(salt, 'base64'), wanted.length, {
        memoryKib: Number(memory),
        passes: Number(passes),
        parallelism: Number(parallelism),
      });
      return timingSafeEqual(given, wanted);
    },
  };
}

function deriveNow(message: string, nonce: Buffer, tagLength: number, cost: Cost): Promise<Buffer> {
  const { memoryKib: memory, passes, parallelism } = cost;
  return new Promise((resolve, reject) => {
    argon2('argon2id', { message, nonce, tagLength, memory, passes, parallelism }, (error, hash) => {
      if (error === null) resolve(hash);
      else reject(error);
    });
  });
}

/** Base64 without padding. */
const toPhc = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '');

/** No letters that look alike. */
const LETTERS = 'abcdefghjkmnpqrstuvwxyz23456789';

/** A password for one sign-in, easy to read out: five groups of four letters, 99 bits. */
export function oneTimePassword(): string {
  const group = (): string =>
    Array.from({ length: 4 }, () => LETTERS.charAt(randomInt(LETTERS.length))).join('');
  return Array.from({ length: 5 }, group).join('-');
}
