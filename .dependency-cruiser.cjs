/** The import rules of docs/architecture.md, each with its reason. */
const ADAPTERS = [
  'ingest',
  'inference',
  'panel',
  'actions',
  'control',
  'sync',
  'store',
  'fleet',
  'fleet-model',
  'setup',
];
const CORE = '^edge-agent/src/(stream|advise|learn|report)/';

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      comment: 'A cycle has no first file to read.',
      from: {},
      to: { circular: true },
    },
    {
      name: 'shared-knows-only-the-schema-library',
      severity: 'error',
      comment: 'It loads in a page, a server and a trainer.',
      from: { path: '^shared/src/', pathNot: ['\\.test\\.ts$', '^shared/src/generate-contracts\\.ts$'] },
      to: { pathNot: ['^shared/src/', '^node_modules/zod/'] },
    },
    {
      name: 'core-knows-only-shared',
      severity: 'error',
      comment: 'Pure code is replayed byte for byte; a clock or a socket in it would not be.',
      from: { path: CORE, pathNot: '\\.test\\.ts$' },
      to: { pathNot: ['^shared/src/', CORE, '^edge-agent/src/core-ports\\.ts$'] },
    },
    {
      name: 'core-parts-are-strangers',
      severity: 'error',
      comment: 'Stream says what is, advise says what to do: they meet in the pipeline.',
      from: { path: '^edge-agent/src/(stream|advise|learn|report)/', pathNot: '\\.test\\.ts$' },
      to: { path: '^edge-agent/src/(stream|advise|learn|report)/', pathNot: '^edge-agent/src/$1/' },
    },
    {
      name: 'adapters-are-strangers',
      severity: 'error',
      comment: 'One can be replaced without reading another; main.ts joins them.',
      from: { path: `^edge-agent/src/(${ADAPTERS.join('|')})/`, pathNot: '\\.test\\.ts$' },
      to: {
        path: '^edge-agent/src/',
        pathNot: ['^edge-agent/src/$1/', '^edge-agent/src/runtime/', '^edge-agent/src/(core-)?ports\\.ts$'],
      },
    },
    {
      name: 'runtime-knows-nobody',
      severity: 'error',
      comment: 'Everything stands on it.',
      from: { path: '^edge-agent/src/runtime/', pathNot: '\\.test\\.ts$' },
      to: { path: '^edge-agent/src/', pathNot: ['^edge-agent/src/runtime/', '^edge-agent/src/(core-)?ports\\.ts$'] },
    },
    {
      name: 'pipeline-has-no-adapter',
      severity: 'error',
      comment: 'The path is the same for the live agent, a replay and a test.',
      from: { path: '^edge-agent/src/pipeline\\.ts$' },
      to: { path: `^edge-agent/src/(${ADAPTERS.join('|')})/` },
    },
    {
      name: 'nobody-imports-the-assembly',
      severity: 'error',
      comment: 'main.ts and what it is made of (assembly, commands) know everybody; nobody knows them.',
      from: {
        pathNot: [
          '^edge-agent/src/(main\\.ts|assembly/|commands/)',
          '\\.test\\.ts$',
          '^bench/',
          '^e2e/',
          '^edge-agent/test/',
        ],
      },
      to: { path: '^edge-agent/src/(main\\.ts|assembly/|commands/)' },
    },
    {
      name: 'uplink-never-sees-events',
      severity: 'error',
      comment: 'What viewers wrote stays on the box by construction: the uplink cannot even name an event.',
      from: { path: '^edge-agent/src/sync/', pathNot: '\\.test\\.ts$' },
      to: { path: '^shared/src/event/' },
    },
    {
      name: 'packages-meet-only-in-shared',
      severity: 'error',
      comment: 'Agent, desktop and cloud are replaced one by one.',
      from: { path: '^(edge-agent|desktop|cloud)/src/', pathNot: '\\.test\\.ts$' },
      to: { path: '^(edge-agent|desktop|cloud|models|bench|e2e)/', pathNot: '^$1/' },
    },
    {
      name: 'desktop-parts-are-strangers',
      severity: 'error',
      comment: 'The page runs in a plain browser; Electron stays in main and preload.',
      from: { path: '^desktop/src/(main|preload|renderer)/', pathNot: '\\.test\\.tsx?$' },
      to: { path: '^desktop/src/', pathNot: '^desktop/src/$1/' },
    },
    {
      name: 'electron-only-in-main-and-preload',
      severity: 'error',
      comment: 'Everything else must run without it.',
      from: { pathNot: '^desktop/(src/(main|preload)/|test/)' },
      to: { path: '^node_modules/electron/' },
    },
    {
      name: 'declared-packages-only',
      severity: 'error',
      comment: 'What is not in package.json is there by accident.',
      // Tests stand on the root's development packages.
      from: { pathNot: '(\\.test\\.tsx?$|/test/|/test-browser/|/testing/)' },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'unknown'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '/dist/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};
