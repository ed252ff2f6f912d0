const ROOT = import.meta.dirname;

// The processes that tests start compile the same modules over and over: https://nodejs.org/api/module.html#module-compile-cache
process.env.NODE_COMPILE_CACHE ??= `${ROOT}/.local/compile-cache`;

// Each of the many processes of a run collects its young objects when they take 4 MB, not 16 MB. That takes a fifth less
// memory and no more time: https://nodejs.org/api/cli.html#--max-semi-space-sizesize-in-mib
process.env.NODE_OPTIONS = `${process.env.NODE_OPTIONS ?? ''} --max-semi-space-size=4`.trim();

/** What holds for a run of Jest, whatever its lanes. */
export const run = {
  // One more than the cores of the machines that this is made for: files with faults in them often wait.
  maxWorkers: 3,
  testSequencer: `${ROOT}/jest.sequencer.cjs`,
  // A busy machine is slow, not wrong. Jest takes no such limit from a project.
  testTimeout: 120_000,
  // Modules of the files before leave something behind in the process. A few of its workers begin anew in a run.
  workerIdleMemoryLimit: '600MB',
};

/** A lane of the product's own tests: a project of Jest with a name, and modules that run before each of its files. */
export function lane(name, { folders, before = [] }) {
  return describe(name, {
    rootDir: ROOT,
    testMatch: folders.map((folder) => `<rootDir>/test/${folder}/**/*.test.ts`),
    setupFilesAfterEnv: before.map((file) => `<rootDir>/test/${file}`),
  });
}

/** The lane of the function app's unit tests. */
export function unitLane() {
  return lane('unit', { folders: ['unit'], before: ['unit/limit-time.ts'] });
}

/** The lane of a workspace, which has the workspace's name. */
export function workspaceLane(folder, { tests = 'test/**' } = {}) {
  return describe(folder.split('/').at(-1), {
    rootDir: `${ROOT}/${folder}`,
    testMatch: [`<rootDir>/${tests}/*.test.ts`],
  });
}

function describe(displayName, options) {
  return {
    displayName,
    testEnvironment: `${ROOT}/jest.environment.cjs`,
    // Tests of mutants run in a copy of the repository there.
    modulePathIgnorePatterns: ['<rootDir>/.local/'],
    transform: { '^.+\\.ts$': ['@swc/jest', { jsc: { target: 'es2024' }, module: { type: 'commonjs' } }] },
    ...options,
  };
}
