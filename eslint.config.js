// Only what needs types: promises that nobody waits for. Everything else is Biome's business.
import tseslint from 'typescript-eslint';

export default tseslint.config({
  files: [
    'src/**/*.ts',
    'dashboard/**/*.{ts,tsx}',
    'test/**/*.ts',
    'bench/**/*.ts',
    'torture/**/*.ts',
    'scripts/**/*.ts',
  ],
  extends: [tseslint.configs.base],
  languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
  linterOptions: { reportUnusedDisableDirectives: 'error' },
  rules: {
    '@typescript-eslint/await-thenable': 'error',
    '@typescript-eslint/no-explicit-any': 'error',
    '@typescript-eslint/no-floating-promises': 'error',
    '@typescript-eslint/no-misused-promises': 'error',
    '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
  },
});
