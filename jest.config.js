import { existsSync, readdirSync } from 'node:fs';
import { lane, run, workspaceLane } from './jest.lanes.js';

const packages = readdirSync(`${import.meta.dirname}/packages`).map((name) => `packages/${name}`);

/** @type {import('jest').Config} */
export default {
  ...run,
  projects: [
    // A busy machine is slow, not wrong: nothing is timed in a chain but what never ends.
    lane('chains', { folders: ['end-to-end', 'hostile'], limitInSeconds: 120 }),
    workspaceLane('test/clients', { tests: '.' }),
    lane('project', { folders: ['apim', 'contract', 'infra', 'scripts'], limitInSeconds: 120 }),
    lane('unit', { folders: ['unit'], limitInSeconds: 60 }),
    ...packages
      .filter((folder) => existsSync(`${import.meta.dirname}/${folder}/test`))
      .map((folder) => workspaceLane(folder)),
  ],
  // Of the function app's code, in the processes of the tests: what a chain runs is not counted.
  collectCoverageFrom: ['src/**/*.ts'],
  coverageDirectory: '.local/coverage',
  coverageProvider: 'v8',
  coverageThreshold: { global: { branches: 92 } },
};
