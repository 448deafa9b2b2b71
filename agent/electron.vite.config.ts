import { fileURLToPath } from 'node:url';
import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'electron-vite';

const file = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  main: {
    build: {
      // The shared package is TypeScript source, which Electron cannot load by itself.
      externalizeDeps: { exclude: ['@sightline/shared'] },
      rollupOptions: { input: file('src/main/index.ts') },
    },
  },
  preload: {
    build: {
      // A sandboxed preload script is one CommonJS file without packages.
      externalizeDeps: false,
      rollupOptions: {
        input: file('src/preload/index.ts'),
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: file('src/renderer'),
    // Relative, so that the same files work at the server's /agent/ and from the application's folder.
    base: './',
    plugins: [vue()],
    build: { minify: true, rollupOptions: { input: file('src/renderer/index.html') } },
  },
});
