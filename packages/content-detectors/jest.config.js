import { run, workspaceLane } from '../../jest.lanes.js';

export default { ...run, ...workspaceLane('packages/content-detectors') };
