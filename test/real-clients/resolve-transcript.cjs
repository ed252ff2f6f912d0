const { basename, dirname, join } = require('node:path');

/** Each test file has its transcript in `transcripts/`. https://jestjs.io/docs/configuration#snapshotresolver-string */
module.exports = {
  resolveSnapshotPath: (test) =>
    join(dirname(test), 'transcripts', basename(test).replace(/\.test\.ts$/, '.transcript')),
  resolveTestPath: (transcript) =>
    join(dirname(dirname(transcript)), basename(transcript).replace(/\.transcript$/, '.test.ts')),
  testPathForConsistencyCheck: '/clients/one.test.ts',
};
