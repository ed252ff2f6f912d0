import { createSealKey } from '../../src/keys/seal-key.ts';
import { NO_PREVIOUS } from '../../src/ledger/ledger-entry.ts';
import { cursorName } from '../../src/shipping/shipping-cursor.ts';
import type { FindingKind } from '../../src/verification/finding.ts';
import { stateName } from '../../src/shipping/state-names.ts';
import { forge } from '../shipping/ledger-world.ts';
import { signByAuditKey } from '../verification/sample-chain.ts';
import { type AuditedTrail, createAuditedTrail, linesOf } from './audited-trail.ts';

/**
 * The right of these rows: to write, overwrite and delete every blob of the trail's storage account, the transparency log
 * among them. The witness is in another account. Application Insights has forgotten everything.
 */
interface Attack {
  readonly deed: string;
  readonly attack: (trail: AuditedTrail) => unknown;
  /** The kinds of findings of which each must be there. */
  readonly found: readonly FindingKind[];
}

const MADE_UP = '20260101T000000000Z-deadbeef';
const HASH = 'a'.repeat(64);

/** The name of the newest part of the log. */
function partOf({ log }: AuditedTrail): string {
  return [...log.blobs.keys()].toSorted().at(-1) ?? '';
}

function change(trail: AuditedTrail, how: (lines: readonly string[]) => readonly string[]): void {
  trail.log.replace(partOf(trail), (text) =>
    how(text.trimEnd().split('\n'))
      .map((line) => `${line}\n`)
      .join(''),
  );
}

const isHead = (line: string) => line.startsWith('{"size"');

/** Deletes a chain, and everything that the stores of states know of it. */
function deleteChain({ ledger, state }: AuditedTrail, writer: string): void {
  ledger.removePart(writer, 1);
  state.delete(cursorName(writer));
  state.delete(stateName('logged/', writer));
  state.delete(stateName('recovery/', writer));
}

const ATTACKS: readonly Attack[] = [
  {
    deed: 'deletes a whole chain with all that is known of it in storage',
    attack: (trail) => deleteChain(trail, trail.ended),
    found: ['chain-changed'],
  },
  {
    deed: 'deletes a whole chain, and its leaves',
    attack: (trail) => {
      deleteChain(trail, trail.ended);
      change(trail, (lines) => lines.filter((line) => !line.includes(trail.ended)));
    },
    found: ['tree-changed'],
  },
  {
    deed: 'deletes a whole chain, and the log',
    attack: (trail) => {
      deleteChain(trail, trail.ended);
      trail.log.remove(partOf(trail));
    },
    found: ['tree-changed'],
  },
  {
    deed: 'deletes the log',
    attack: (trail) => trail.log.remove(partOf(trail)),
    found: ['tree-changed'],
  },
  {
    deed: 'empties the log',
    attack: (trail) => change(trail, () => []),
    found: ['tree-changed'],
  },
  {
    deed: 'cuts the newest head off',
    attack: (trail) => change(trail, (lines) => lines.slice(0, lines.findLastIndex(isHead))),
    found: ['tree-changed'],
  },
  {
    deed: 'takes the log back to an older state of its own',
    attack: async (trail) => {
      const older = trail.log.text(partOf(trail));
      await trail.another();
      trail.log.replace(partOf(trail), () => older);
    },
    found: ['tree-changed'],
  },
  {
    deed: 'changes the hash of a leaf',
    attack: (trail) =>
      change(trail, (lines) =>
        lines.map((line) =>
          line.includes(trail.ended) ? line.replace(/"hash":"[0-9a-f]{64}"/, `"hash":"${HASH}"`) : line,
        ),
      ),
    found: ['tree-changed'],
  },
  {
    deed: 'takes a leaf out',
    attack: (trail) => change(trail, (lines) => lines.filter((line) => !line.includes(trail.killed))),
    found: ['tree-changed'],
  },
  {
    deed: 'doubles a leaf',
    attack: (trail) =>
      change(trail, (lines) =>
        lines.flatMap((line) => (line.includes(trail.killed) ? [line, line] : [line])),
      ),
    found: ['tree-changed'],
  },
  {
    deed: 'puts in a leaf of a chain that never was',
    attack: (trail) =>
      change(trail, (lines) => [
        JSON.stringify({ writer: MADE_UP, sequence: 3, hash: HASH, isLast: true }),
        ...lines,
      ]),
    found: ['tree-changed'],
  },
  {
    deed: 'appends a leaf without a head, for a chain that never was',
    attack: (trail) => {
      const sealKey = createSealKey();
      const body = { kind: 'chain', policyVersion: 'v1', sealKey: sealKey.publicKey } as const;
      trail.ledger.write(MADE_UP, 1, forge(MADE_UP, { sequence: -1, hash: NO_PREVIOUS }, [body], sealKey));
      change(trail, (lines) => [
        ...lines,
        JSON.stringify({ writer: MADE_UP, ...trail.ledger.placeOf(MADE_UP, 1), isLast: true }),
      ]);
    },
    found: ['unvouched'],
  },
  {
    deed: 'changes the root of a head',
    attack: (trail) =>
      change(trail, (lines) =>
        lines.map((line) => (isHead(line) ? line.replace(/"root":"[^"]+"/, `"root":"${HASH}"`) : line)),
      ),
    found: ['tree-changed'],
  },
  {
    deed: 'changes the size of a head',
    attack: (trail) =>
      change(trail, (lines) =>
        lines.map((line) => (isHead(line) ? line.replace(/"size":\d+/, '"size":1') : line)),
      ),
    found: ['tree-changed'],
  },
  {
    deed: 'puts the signature of a chain in place of that of a head',
    attack: (trail) =>
      change(trail, (lines) => {
        const value = signByAuditKey(`${trail.ended}.1.${HASH}`);
        return lines.map((line) =>
          isHead(line) ? line.replace(/"value":"[^"]+"/, `"value":"${value}"`) : line,
        );
      }),
    found: ['tree-changed'],
  },
  {
    deed: 'names another key in the heads',
    attack: (trail) =>
      change(trail, (lines) => lines.map((line) => line.replace('"keyId":"audit"', '"keyId":"other"'))),
    found: ['tree-changed'],
  },
  {
    deed: 'takes the ledger and the log back together to an older state that fits',
    attack: async (trail) => {
      const older = trail.log.text(partOf(trail));
      const name = await trail.another();
      trail.log.replace(partOf(trail), () => older);
      deleteChain(trail, name);
    },
    found: ['tree-changed'],
  },
  {
    deed: 'cuts a chain that has its last leaf',
    attack: (trail) => {
      const lines = linesOf(trail, trail.ended);
      const at = lines.findLastIndex((line) => line.includes('"kind":"opening"'));
      trail.ledger.rewrite(trail.ended, 1, `${lines.slice(0, at).join('\n')}\n`);
    },
    found: ['truncated'],
  },
];

test.each(ATTACKS)('who $deed is found, before and after the next sweep', async ({ attack, found }) => {
  const trail = await createAuditedTrail();
  await attack(trail);
  const before = await trail.verify('ledger');
  expect(before.findings.map(({ kind }) => kind)).toEqual(expect.arrayContaining([...found]));
  expect(before.isIntact).toBe(false);
  await trail.goOn();
  const after = await trail.verify('ledger');
  expect(after.findings.map(({ kind }) => kind)).toEqual(expect.arrayContaining([...found]));
  expect(after.isIntact).toBe(false);
});

test('an auditor who trusts the witness finds a log that was made for somebody else', async () => {
  const [trail, other] = [await createAuditedTrail(), await createAuditedTrail()];
  trail.log.replace(partOf(trail), () => other.log.text(partOf(other)));
  const { findings } = await trail.verify('ledger');
  expect(findings.map(({ kind }) => kind)).toContain('tree-changed');
});
