import { defineConfig } from 'vite';

const EXTERNAL = ['electron', 'electron-updater', 'zeromq'];

/**
 * `--mode main` bundles the main process and the first file of the agent's process, `--mode preload` the preload,
 * which a sandbox loads as one CommonJS file.
 */
export default defineConfig(({ mode }) => {
  const preload = mode === 'preload';
  return {
    publicDir: false,
    build: {
      ssr: true,
      outDir: preload ? 'dist/preload' : 'dist/main',
      emptyOutDir: true,
      target: 'node24',
      minify: false,
      rolldownOptions: {
        input: preload ? ['src/preload/preload.ts'] : ['src/main/main.ts', 'src/main/agent-entry.ts'],
        external: EXTERNAL,
        output: { format: preload ? 'cjs' : 'es', entryFileNames: preload ? '[name].cjs' : '[name].mjs' },
      },
    },
    ssr: { noExternal: [new RegExp(`^(?!(?:${EXTERNAL.join('|')})$|node:)`)] },
  };
});
