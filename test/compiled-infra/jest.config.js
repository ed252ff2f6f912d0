import { run, workspaceLane } from '../../jest.lanes.js';

export default { ...run, ...workspaceLane('test/compiled-infra', { tests: '.' }) };
