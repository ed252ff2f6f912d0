import { run, workspaceLane } from '../../jest.lanes.js';

export default {
  ...run,
  ...workspaceLane('test/real-clients', { tests: '.' }),
  // A transcript is recorded on purpose, with `-u`, and never by the way.
  ci: true,
  snapshotResolver: '<rootDir>/resolve-transcript.cjs',
};
