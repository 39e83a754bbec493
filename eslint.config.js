import tseslint from 'typescript-eslint';
import globals from 'globals';
import { configs as lit } from 'eslint-plugin-lit';
import { configs as wc } from 'eslint-plugin-wc';

const hostTime = [
  { object: 'Date', property: 'now', message: 'Time comes from the machine.' },
  { object: 'Math', property: 'random', message: 'Randomness comes from the seed.' },
  { object: 'performance', property: 'now', message: 'Time comes from the machine.' },
];

export default tseslint.config(
  { ignores: ['dist', 'build', 'node_modules', 'assembly/generated'] },
  ...tseslint.configs.recommended,
  {
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      eqeqeq: 'error',
    },
  },
  { files: ['**/*.mjs', 'eslint.config.js'], languageOptions: { globals: globals.node } },
  {
    // AssemblyScript is a dialect: it cannot parse `import type`, and its == is strict.
    files: ['assembly/**/*.ts'],
    rules: {
      '@typescript-eslint/consistent-type-imports': 'off',
      eqeqeq: 'off',
      'no-restricted-properties': ['error', ...hostTime],
    },
  },
  { files: ['sim/**/*.ts'], rules: { 'no-restricted-properties': ['error', ...hostTime] } },
  {
    // One direction of imports: assembly <- sim <- web. The debugger and the page never reach into the machine.
    files: ['sim/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: [{ group: ['**/web/**'], message: 'sim knows nothing of web.' }] },
      ],
    },
  },
  {
    // The debugger judges what the machine and the writers make: it shares no code with them.
    files: ['sim/debugger/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex:
                '/(?:assembly|build|check|cli|images|labs|livedump|machine|processdump|profiles|scenarios|truth|world|worker)/|lab-machine',
              message: 'The debugger reads dumps and symbol files, and nothing of the machine.',
            },
          ],
        },
      ],
    },
  },
  {
    files: ['web/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: '/(assembly|build)/|/sim/(?!worker/sim-api\\.js$)',
              message: 'The page reaches the machine only through the worker: sim/worker/sim-api.ts.',
            },
          ],
        },
      ],
    },
  },
  {
    files: ['web/debugger/worker/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: '/(assembly|build)/|/sim/(?!debugger/index\\.js$)',
              message: "The debugger's worker knows the debugger, and nothing of the machine.",
            },
          ],
        },
      ],
    },
  },
  {
    files: ['web/**/*.ts'],
    ...lit['flat/recommended'],
  },
  { files: ['web/**/*.ts'], ...wc['flat/recommended'] },
);
