import tseslint from 'typescript-eslint';

const PURE = [
  'shared/src/**/*.ts',
  'edge-agent/src/stream/**/*.ts',
  'edge-agent/src/advise/**/*.ts',
  'edge-agent/src/learn/**/*.ts',
  'edge-agent/src/report/**/*.ts',
];
const HANDED_IN = 'The core gets time, chance and environment handed in, so that a replay gives the same bytes.';

export default tseslint.config(
  { ignores: ['**/node_modules/**', '**/dist/**', '.cache/**', 'docs/**'] },
  {
    files: ['**/*.{ts,tsx}'],
    extends: [tseslint.configs.base],
    languageOptions: {
      parserOptions: {
        project: ['tsconfig.json', 'desktop/tsconfig.renderer.json', 'desktop/tsconfig.browser.json'],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-empty': ['error', { allowEmptyCatch: false }],
      'no-var': 'error',
      'prefer-const': 'error',
      'no-fallthrough': 'error',
      'no-unreachable': 'error',
      'no-self-compare': 'error',
      'no-debugger': 'error',
      'no-restricted-syntax': [
        'error',
        { selector: 'TSEnumDeclaration', message: 'Use a zod enum: one statement of the type and its parser.' },
      ],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: false }],
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/ban-ts-comment': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    },
  },
  {
    files: PURE,
    ignores: ['**/*.test.ts', 'shared/src/generate-contracts.ts'],
    rules: {
      'no-restricted-globals': [
        'error',
        ...[
          'process',
          'performance',
          'setTimeout',
          'setInterval',
          'setImmediate',
          'queueMicrotask',
          'console',
          'crypto',
          'Buffer',
          'fetch',
        ].map((name) => ({ name, message: HANDED_IN })),
      ],
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: HANDED_IN },
        { object: 'Math', property: 'random', message: HANDED_IN },
      ],
      'no-restricted-syntax': [
        'error',
        {
          selector: 'CatchClause > BlockStatement[body.length=0]',
          message: 'A catch that eats the cause hides the fault.',
        },
        { selector: 'NewExpression[callee.name="Date"][arguments.length=0]', message: HANDED_IN },
        { selector: ':function[async=true]', message: 'The core is synchronous: no await can reorder what it does.' },
      ],
    },
  },
);
