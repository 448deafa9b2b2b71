import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './proc.ts';
import { createTempDir } from './tempDir.ts';

/** A certificate that signs itself, for `localhost` and 127.0.0.1, and its key, as PEM. */
export interface SelfSigned {
  readonly cert: string;
  readonly key: string;
}

/** Makes a {@link SelfSigned}, different from every other. */
export async function selfSigned(): Promise<SelfSigned> {
  const directory = await createTempDir('certificate');
  try {
    const [certFile, keyFile] = [join(directory.path, 'cert.pem'), join(directory.path, 'key.pem')];
    await run('openssl', [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'],
      ...['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'],
      ...['-out', certFile, '-keyout', keyFile],
    ]);
    return { cert: await readFile(certFile, 'utf8'), key: await readFile(keyFile, 'utf8') };
  } finally {
    await directory.close();
  }
}
