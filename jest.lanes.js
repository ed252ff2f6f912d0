const ROOT = import.meta.dirname;

/** What holds for a run of Jest, whatever its lanes. */
export const run = {
  // One for each core of the machines that this is made for.
  maxWorkers: 2,
  // What a file leaves behind stays in its process, which would run out of memory before the last one.
  workerIdleMemoryLimit: '1GB',
};

/** A lane of the product's own tests: a project of Jest with a name and a limit of time of its own. */
export function lane(name, { folders, limitInSeconds }) {
  return describe(name, {
    rootDir: ROOT,
    testMatch: folders.map((folder) => `<rootDir>/test/${folder}/**/*.test.ts`),
    testTimeout: limitInSeconds * 1000,
  });
}

/** The lane of a workspace, which has the workspace's name. */
export function workspaceLane(folder, { tests = 'test/**', limitInSeconds = 120 } = {}) {
  return describe(folder.split('/').at(-1), {
    rootDir: `${ROOT}/${folder}`,
    testMatch: [`<rootDir>/${tests}/*.test.ts`],
    testTimeout: limitInSeconds * 1000,
  });
}

function describe(displayName, options) {
  return {
    displayName,
    testEnvironment: 'node',
    transform: { '^.+\\.ts$': ['@swc/jest', { jsc: { target: 'es2024' }, module: { type: 'commonjs' } }] },
    ...options,
  };
}
