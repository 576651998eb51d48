import react from '@vitejs/plugin-react';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: './',
  plugins: [react()],
  build: {
    outDir: fileURLToPath(new URL('../../dist/renderer', import.meta.url)),
    emptyOutDir: true,
    target: 'es2024',
    // Fonts stay files: the content security policy allows none inside style sheets.
    assetsInlineLimit: 0,
    // The console is loaded from the same machine; one file starts faster than many.
    chunkSizeWarningLimit: 2000,
  },
});
