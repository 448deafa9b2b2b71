import { defineConfig } from 'vite';

/** Bundles `sightline-verify` into one file that needs only Node: it goes into every evidence package. */
export default defineConfig({
  ssr: { noExternal: true },
  build: {
    ssr: 'src/verify/main.ts',
    target: 'node20',
    outDir: 'dist',
    rolldownOptions: { output: { entryFileNames: 'sightline-verify.mjs' } },
  },
});
