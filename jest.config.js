/** @type {import('jest').Config} */
export default {
  testMatch: ['<rootDir>/{test,packages/*/test}/**/*.test.ts'],
  testEnvironment: 'node',
  // Nothing is timed here: a busy machine is slow, not wrong.
  testTimeout: 120_000,
  // What a file leaves behind stays in its process, which would run out of memory before the last one.
  workerIdleMemoryLimit: '1GB',
  transform: { '^.+\\.ts$': ['@swc/jest', { jsc: { target: 'es2024' }, module: { type: 'commonjs' } }] },
};
