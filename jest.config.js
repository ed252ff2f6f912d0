import { existsSync, readdirSync } from 'node:fs';
import { lane, run, unitLane, workspaceLane } from './jest.lanes.js';

const packages = readdirSync(`${import.meta.dirname}/packages`).map((name) => `packages/${name}`);

/** @type {import('jest').Config} */
export default {
  ...run,
  projects: [
    lane('chains', { folders: ['end-to-end', 'hostile'] }),
    workspaceLane('test/clients', { tests: '.' }),
    lane('project', { folders: ['apim', 'contract', 'infra', 'scripts'] }),
    unitLane(),
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
