/** Builds the web page into `dist`: hashed files only, no inline script, nothing fetched from elsewhere. */
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  root: import.meta.dirname,
  base: '/',
  plugins: [react()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2023',
    // The polyfill would be an inline script, which the content security policy refuses.
    modulePreload: { polyfill: false },
    // Inlined assets would be data: URLs of fonts and scripts; the policy allows them for images only.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 900,
  },
  server: {
    // `npm run dev`: the gateway answers the API, Vite the page.
    proxy: {
      '/api': { target: process.env['TOLLGATE_DEV_ORIGIN'] ?? 'https://127.0.0.1:8443', secure: false },
    },
  },
});
