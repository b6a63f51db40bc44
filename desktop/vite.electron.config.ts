import { defineConfig } from 'vite';

/** `--mode main` bundles the main process, `--mode preload` the preload, which a sandbox loads as one CommonJS file. */
export default defineConfig(({ mode }) => {
  const preload = mode === 'preload';
  return {
    publicDir: false,
    build: {
      ssr: preload ? 'src/preload/preload.ts' : 'src/main/main.ts',
      outDir: preload ? 'dist/preload' : 'dist/main',
      emptyOutDir: true,
      target: 'node24',
      minify: false,
      rolldownOptions: {
        external: ['electron', 'zeromq'],
        output: { format: preload ? 'cjs' : 'es', entryFileNames: preload ? 'preload.cjs' : 'main.mjs' },
      },
    },
    ssr: { noExternal: [/^(?!electron$|zeromq$|node:)/] },
  };
});
