/** A folder whose tests are tested with mutants. */
export interface MutatedFolder {
  /** The path from the repository, with the folder's own files and those of folders below it. */
  readonly folder: string;
  /** The Jest configuration of the lane that tests the folder. */
  readonly jestConfig: string;
  /** The folder of tests that are run, from that lane's folder. All tests of a lane would take too long for each mutant. */
  readonly tests: string;
  /** The share of the folder's mutants that a sample has, from 0 to 1; it makes a run last a few minutes on two cores. */
  readonly share: number;
  /** Files that security depends on most, whose mutants are drawn `FIRST` times as often. */
  readonly first: readonly string[];
}

const UNIT = 'test/unit/jest.config.js';

/** The folders that decide who may do what, and that prove afterwards what was done. */
export const MUTATED_FOLDERS: readonly MutatedFolder[] = [
  {
    folder: 'src/governance',
    jestConfig: UNIT,
    tests: 'test/unit/governance',
    share: 0.03,
    first: [
      'decide',
      'judge-place',
      'judge-tool',
      'owners',
      'principals',
      'reach-index',
      'rule-coverage',
      'rule-index',
    ],
  },
  { folder: 'src/caller', jestConfig: UNIT, tests: 'test/unit/caller', share: 1, first: [] },
  {
    folder: 'src/prediction',
    jestConfig: UNIT,
    tests: 'test/unit/prediction',
    share: 0.2,
    first: ['predict', 'call-record', 'caller-limits'],
  },
  {
    folder: 'packages/audit-ledger/src',
    jestConfig: 'packages/audit-ledger/jest.config.js',
    tests: 'test',
    share: 0.03,
    first: [
      'ledger-writer',
      'chain-lines',
      'seal-key',
      'digests',
      'find-chain-faults',
      'seals',
      'signature',
      'check-hashes',
      'check-signatures',
    ],
  },
];

/** The factor by which mutants of the first files are drawn more often. */
export const FIRST = 3;
