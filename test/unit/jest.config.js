import { run, unitLane } from '../../jest.lanes.js';

export default { ...run, ...unitLane() };
