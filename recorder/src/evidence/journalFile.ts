/** What is needed of an open file (a FileHandle of Node.js). */
export interface OpenFile {
  write(bytes: Buffer, offset: number, length: number, position: number): Promise<{ bytesWritten: number }>;
  datasync(): Promise<void>;
  truncate(bytes: number): Promise<void>;
  close(): Promise<void>;
}

/** A file to which text is added, whole and durable or not at all. */
export interface JournalFile {
  /** Resolves when the text is durable. If it rejects, the next one takes its place. */
  append(text: string): Promise<void>;
  close(): Promise<void>;
}

/** Adds to an open file behind its first `endBytes`. Calls must not overlap. */
export function createJournalFile(file: OpenFile, endBytes: number): JournalFile {
  let goodBytes = endBytes;
  /** Something has failed: nobody knows what is behind the good bytes. */
  let unsure = false;
  return {
    async append(text) {
      const bytes = Buffer.from(text);
      if (unsure) await file.truncate(goodBytes);
      unsure = true;
      for (let written = 0; written < bytes.length;) {
        const rest = bytes.length - written;
        const { bytesWritten } = await file.write(bytes, written, rest, goodBytes + written);
        written += bytesWritten;
      }
      await file.datasync();
      unsure = false;
      goodBytes += bytes.length;
    },
    close: () => file.close(),
  };
}
