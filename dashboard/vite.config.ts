import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vite';

export default defineConfig({
  plugins: [vue()],
  build: {
    // The media engines are large and change less often than our own code; hls.js is loaded with the player.
    chunkSizeWarningLimit: 800,
  },
});
