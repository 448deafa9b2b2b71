import {
  createSegmentCipher,
  DecryptionFailed,
  EncryptionKeyMissing,
} from '../store/encryption/segmentCipher.ts';
import type { EncryptionKeys } from '../store/encryption/encryptionKeys.ts';
import { RECEIPT_ENDING, STORED_FORMS, formOf, toStoredForm } from '../store/storedName.ts';
import { digestOf, type ContentDigest, type EvidenceTree } from './evidenceTree.ts';
import { EvidenceFault } from './finding.ts';

/** What is there of a segment: its content, or only that it is kept, in a way that cannot be looked into here. */
export type FoundMedia = { file: string; content: ContentDigest | 'encrypted' };

/** The media in a tree, in whatever form it is stored. */
export interface StoredMedia {
  /** The names that a file may have, or leave, in any form. */
  namesOf(path: string): string[];
  /**
   * Everything that is there of a segment.
   *
   * @param path of its plain form, in the tree; `place` is the same, relative to the recordings' root.
   * @throws {EvidenceFault} `file-hash` if it does not decrypt
   */
  find(path: string, place: string): Promise<FoundMedia[]>;
  /** Whether a receipt says that the segment is in an object store. */
  isElsewhere(path: string): boolean;
}

/** Looks into a tree, with keys for what is encrypted, if there are any. A package has plain media only. */
export function createStoredMedia(
  tree: EvidenceTree,
  options: {
    digest: (path: string) => Promise<ContentDigest>;
    keys: EncryptionKeys | undefined;
    packed: boolean;
  },
): StoredMedia {
  const files = new Set(tree.files);
  const cipher = createSegmentCipher(options.keys);
  const forms = options.packed ? (['plain'] as const) : STORED_FORMS;

  const decrypt = async (file: string, place: string): Promise<FoundMedia['content']> => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of tree.open(file)) chunks.push(chunk);
    try {
      return await digestOf([cipher.decode(place, Buffer.concat(chunks))]);
    } catch (error) {
      if (error instanceof EncryptionKeyMissing) return 'encrypted';
      if (error instanceof DecryptionFailed) throw new EvidenceFault('file-hash', { file }, error.message);
      throw error;
    }
  };

  const storedNamesOf = (path: string): string[] => forms.map((form) => toStoredForm(path, form));
  return {
    namesOf: (path) =>
      storedNamesOf(path).flatMap((name) => (options.packed ? [name] : [name, `${name}${RECEIPT_ENDING}`])),
    async find(path, place) {
      const found: FoundMedia[] = [];
      for (const file of storedNamesOf(path).filter((name) => files.has(name))) {
        const form = formOf(file);
        const content =
          form === 'plain' ? await options.digest(file) : await decrypt(file, toStoredForm(place, form));
        found.push({ file, content });
      }
      return found;
    },
    isElsewhere: (path) =>
      !options.packed && storedNamesOf(path).some((name) => files.has(`${name}${RECEIPT_ENDING}`)),
  };
}
