const { readFileSync } = require('node:fs');
const { default: Sequencer } = require('@jest/test-sequencer');

/** The files that take longest, the longest first. What is missing here only begins later. */
const LONGEST = [
  'audit-write-ahead',
  'audit-crash',
  'audit-tools',
  'audit-ingestion-faults',
  'forged-telemetry',
  'audit-ledger-faults',
  'audit-burst',
];
const OWN_CHAIN = /(?:Chain|FunctionApp)\.start\(|\bstartChain\(/;
const SHARED_CHAIN = /Chain\.share\(|\bshareChain\(|\brunHostile\(/;

/**
 * Begins with the longest files, so that no process runs alone in the end. Files with a chain of their own come before those
 * that share one, because a shared chain lives as long as its process does, and two take more memory.
 */
module.exports = class LongestFirst extends Sequencer {
  sort(tests) {
    const ranked = tests.map((test) => ({ test, rank: rankOf(test.path) }));
    return ranked
      .toSorted((one, other) => one.rank.kind - other.rank.kind || other.rank.bytes - one.rank.bytes)
      .map(({ test }) => test);
  }
};

function rankOf(path) {
  const text = readFileSync(path, 'utf8');
  const place = LONGEST.findIndex((name) => path.endsWith(`/${name}.test.ts`));
  if (place >= 0) return { kind: place - LONGEST.length, bytes: 0 };
  const kind = OWN_CHAIN.test(text) ? 0 : SHARED_CHAIN.test(text) ? 1 : 2;
  return { kind, bytes: text.length };
}
