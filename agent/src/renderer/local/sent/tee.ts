/**
 * Lets pass whatever comes, and shows it to `copy` afterwards: until that fails for the first time, which holds up
 * nothing.
 */
export function createTee<Chunk>(deps: {
  copy: (chunk: Chunk) => void;
  /** Nothing more is copied. */
  onError: (error: unknown) => void;
}): Transformer<Chunk, Chunk> {
  let isCopying = true;
  return {
    transform(chunk, controller) {
      controller.enqueue(chunk);
      if (!isCopying) return;
      try {
        deps.copy(chunk);
      } catch (error) {
        isCopying = false;
        deps.onError(error);
      }
    },
  };
}
