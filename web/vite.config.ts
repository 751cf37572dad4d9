/** Builds the web page into `dist`: hashed files only, no inline script, nothing fetched from elsewhere. */
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const gateway = process.env['TOLLGATE_DEV_ORIGIN'] ?? 'https://localhost:8443';

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
    // `npm run dev`: Vite serves the page, the gateway answers the API as if the page were its own.
    proxy: { '/api': { target: gateway, secure: false, changeOrigin: true, headers: { origin: gateway } } },
  },
});
