import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** The panel and the overlay, which OBS draws. Relative paths, because the desktop serves it under a scheme of its own. */
export default defineConfig({
  root: 'src/renderer',
  base: './',
  plugins: [react()],
  build: {
    outDir: '../../dist/renderer',
    emptyOutDir: true,
    target: 'es2022',
    // The policy of the page allows no data: in scripts and styles, so nothing is inlined.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: { input: ['src/renderer/index.html', 'src/renderer/overlay/index.html'] },
  },
});
