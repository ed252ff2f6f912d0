import everything from '../../jest.config.js';

export default { ...everything, testMatch: ['<rootDir>/*.test.ts'] };
