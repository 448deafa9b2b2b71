import { findWorker } from './scripts/setup/steps/mediasoup-worker.mjs';

// Tests that are run without `npm test` find the worker that set-up provided.
const worker = findWorker();
if (worker !== undefined) process.env.SIGHTLINE_WORKER_BIN = worker;

/** Shared by all projects: TypeScript and single-file components run as native ES modules, straight from source. */
const base = {
  rootDir: import.meta.dirname,
  testEnvironment: 'node',
  // jsdom would otherwise pick the "browser" builds, which are ES modules in files that Node takes for CommonJS.
  testEnvironmentOptions: { customExportConditions: ['node', 'node-addons'] },
  extensionsToTreatAsEsm: ['.ts', '.vue'],
  moduleFileExtensions: ['ts', 'mjs', 'js', 'cjs', 'json', 'vue', 'node'],
  transform: {
    '\\.ts$': ['@swc/jest', { jsc: { parser: { syntax: 'typescript' }, target: 'es2024' } }],
    '\\.vue$': '<rootDir>/scripts/jest/vue-transformer.mjs',
  },
  modulePathIgnorePatterns: ['<rootDir>/.*/(dist|out)/', '<rootDir>/data/'],
  injectGlobals: false,
};

export default {
  projects: [
    {
      ...base,
      displayName: 'unit',
      testMatch: [
        '**/src/**/*.test.ts',
        '<rootDir>/scripts/**/*.test.mjs',
        '<rootDir>/e2e/**/*.unit.test.ts',
        '<rootDir>/bench/**/*.test.ts',
      ],
    },
    {
      ...base,
      displayName: 'e2e',
      testMatch: ['<rootDir>/e2e/**/*.e2e.test.ts'],
      setupFilesAfterEnv: ['<rootDir>/scripts/jest/e2e-timeout.mjs'],
    },
    {
      ...base,
      displayName: 'services',
      testMatch: ['<rootDir>/e2e/**/*.services.test.ts'],
      setupFilesAfterEnv: ['<rootDir>/scripts/jest/e2e-timeout.mjs'],
    },
    {
      ...base,
      displayName: 'long',
      testMatch: ['<rootDir>/e2e/long/**/*.long.test.ts'],
    },
  ],
};
