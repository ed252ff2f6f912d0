/** @type {import('jest').Config} */
export default {
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  testEnvironment: 'node',
  transform: {
    '^.+\\.(ts|js|mjs|cjs)$': ['@swc/jest', { jsc: { target: 'es2024' }, module: { type: 'commonjs' } }],
  },
  // These packages ship ES modules only; jest runs CommonJS, so they are transformed like our own code.
  transformIgnorePatterns: [
    '/node_modules/(?!(basic-auth|data-uri-to-buffer|fetch-blob|formdata-polyfill|gaxios|jose|node-fetch|oauth2-mock-server|web-tree-sitter)/)',
  ],
};
