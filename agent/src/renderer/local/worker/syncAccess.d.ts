/** What a worker has of the File System standard beyond what a page has. */
declare global {
  interface FileSystemSyncAccessHandle {
    write(bytes: AllowSharedBufferSource, options?: { at: number }): number;
    flush(): void;
    close(): void;
  }
  interface FileSystemFileHandle {
    createSyncAccessHandle(): Promise<FileSystemSyncAccessHandle>;
  }
}

export {};
