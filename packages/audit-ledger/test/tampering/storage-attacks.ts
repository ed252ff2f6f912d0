import { createSealKey } from '../../src/keys/seal-key.ts';
import { type EntryBody, NO_PREVIOUS } from '../../src/ledger/ledger-entry.ts';
import { recoveryName } from '../../src/shipping/close-orphans.ts';
import { cursorName } from '../../src/shipping/shipping-cursor.ts';
import type { FindingKind } from '../../src/verification/finding.ts';
import { forge } from '../shipping/ledger-world.ts';
import { rehash } from '../verification/sample-chain.ts';
import { type AuditedTrail, bodyOf, closingOf, headOf, linesOf } from './audited-trail.ts';

/**
 * The right of these rows: to write, overwrite and delete every blob of the trail's storage account. Its holder knows the
 * form of every entry, and has neither the audit key nor the seal key of any process.
 */
export interface Attack {
  readonly deed: string;
  readonly attack: (trail: AuditedTrail) => unknown;
  /**
   * The kinds of findings of which each must be there, with and without Application Insights, which forgets after some
   * months.
   */
  readonly found: readonly FindingKind[];
}

const START = { sequence: -1, hash: NO_PREVIOUS };
const MADE_UP = '20260101T000000000Z-deadbeef';
export const FORGED = {
  personId: '99999999-9999-4999-8999-999999999999',
  costInUsd: 101,
  totalTokens: 18_000_000,
};
const OWN_SEAL_KEY = createSealKey();

/** Makes the revision of a genuine record, as the attacker would have it. */
function revisionIn(trail: AuditedTrail, writer: string): EntryBody {
  const { record, hash } = closingOf(trail, writer);
  return { kind: 'closing', record: { ...record, ...FORGED, revision: 1 }, corrects: hash };
}

/** Makes the closing of the killed process's open call, as the attacker would have it. */
function recoveryIn(trail: AuditedTrail): EntryBody {
  const { ledger, killed } = trail;
  const sequence = ledger.entries(killed).findLastIndex(({ kind }) => kind === 'opening');
  const entry = ledger.entries(killed)[sequence];
  if (entry?.kind !== 'opening') throw new Error('no opening');
  const recovered = { writer: killed, ...ledger.placeOf(killed, sequence) };
  return { kind: 'closing', record: { ...trail.nextRecord(), ...entry.record, ...FORGED }, recovered };
}

/** The rows of who has got hold of the seal key of a process besides. */
export const ATTACKS_WITH_SEAL_KEY: readonly Attack[] = [
  {
    deed: 'adds a sealed revision to a chain that has ended',
    attack: (trail) => trail.writeAsEnded(revisionIn(trail, trail.ended)),
    found: ['unvouched'],
  },
  {
    deed: 'adds a sealed call that never was to a chain that has ended',
    attack: (trail) => {
      const record = { ...trail.nextRecord(), ...FORGED };
      trail.requests.pop();
      return trail.writeAsEnded({ kind: 'opening', record }, { kind: 'closing', record });
    },
    found: ['unvouched'],
  },
  {
    deed: 'adds a sealed second end to a chain that has ended',
    attack: (trail) => trail.writeAsEnded({ kind: 'end', opened: 3, closed: 3 }),
    found: ['unvouched'],
  },
];

function chainBody(): EntryBody {
  return { kind: 'chain', policyVersion: 'v1', sealKey: OWN_SEAL_KEY.publicKey };
}

/** Appends entries as `forge` makes them. */
function append(trail: AuditedTrail, writer: string, ...bodies: EntryBody[]): void {
  trail.ledger.write(writer, 1, forge(writer, headOf(trail, writer), bodies));
}

/** Puts other lines in the place of a chain's. */
function rewrite(trail: AuditedTrail, writer: string, lines: readonly string[]): void {
  trail.ledger.rewrite(writer, 1, lines.map((line) => `${line}\n`).join(''));
}

/** Changes members of the line at `at`, and leaves everything else as it is. */
function alter(trail: AuditedTrail, writer: string, at: number, change: object): void {
  const lines = linesOf(trail, writer);
  const altered = JSON.stringify({ ...(JSON.parse(lines[at] ?? '') as object), ...change });
  rewrite(trail, writer, lines.with(at, altered));
}

/** Writes a whole chain anew, with consistent hashes and with seals of the attacker's own key. */
function rebuild(
  trail: AuditedTrail,
  writer: string,
  change: (bodies: readonly EntryBody[]) => readonly EntryBody[],
): void {
  const bodies = linesOf(trail, writer).map(bodyOf);
  trail.ledger.rewrite(writer, 1, forge(writer, START, change(bodies), OWN_SEAL_KEY));
}

const withForgedRecord = (body: EntryBody): EntryBody =>
  body.kind === 'closing' ? { ...body, record: { ...body.record, ...FORGED } } : body;
const withOwnKey = (body: EntryBody): EntryBody => (body.kind === 'chain' ? chainBody() : body);

export const STORAGE_ATTACKS: readonly Attack[] = [
  ...(['ended', 'killed', 'living'] as const).map((victim): Attack => ({
    deed: `appends a revision to the chain of the ${victim} process`,
    attack: (trail) => append(trail, trail[victim], revisionIn(trail, trail[victim])),
    found: ['unvouched'],
  })),
  {
    deed: 'appends a revision in a part of its own',
    attack: (trail) =>
      trail.ledger.write(
        trail.ended,
        2,
        forge(trail.ended, headOf(trail, trail.ended), [revisionIn(trail, trail.ended)]),
      ),
    found: ['unvouched'],
  },
  {
    deed: 'appends a second closing of a call',
    attack: (trail) =>
      append(trail, trail.killed, {
        kind: 'closing',
        record: { ...closingOf(trail, trail.ended).record, ...FORGED },
      }),
    found: ['unvouched'],
  },
  {
    deed: 'appends a call that never was',
    attack: (trail) => {
      const record = { ...trail.nextRecord(), ...FORGED };
      trail.requests.pop();
      append(trail, trail.killed, { kind: 'opening', record }, { kind: 'closing', record });
    },
    found: ['unvouched'],
  },
  {
    deed: 'appends the end of a chain that had none',
    attack: (trail) => append(trail, trail.killed, { kind: 'end', opened: 3, closed: 3 }),
    found: ['unvouched'],
  },
  {
    deed: 'appends an opening that nobody closes',
    attack: (trail) => append(trail, trail.killed, { kind: 'opening', record: trail.nextRecord() }),
    found: ['unvouched'],
  },
  {
    deed: 'closes the open call of a killed process before the sweep does',
    attack: (trail) => append(trail, trail.killed, recoveryIn(trail)),
    found: ['unvouched'],
  },
  {
    deed: 'appends the last genuine seal once more, behind a forged entry',
    attack: (trail) => {
      const [forged = ''] = forge(trail.ended, headOf(trail, trail.ended), [
        revisionIn(trail, trail.ended),
      ]).split('\n');
      trail.ledger.write(trail.ended, 1, `${forged}\n${linesOf(trail, trail.ended).at(-1)}\n`);
    },
    found: ['unvouched'],
  },
  {
    deed: 'appends a proof of an erasure that never was',
    attack: (trail) =>
      append(trail, trail.ended, {
        kind: 'erased',
        subject: 'a'.repeat(64),
        erasure: { writer: trail.ended, ...trail.ledger.placeOf(trail.ended, 1) },
        key: true,
        contents: 1,
      }),
    found: ['unvouched'],
  },
  {
    deed: 'appends a key of digests',
    attack: (trail) =>
      append(trail, trail.ended, {
        kind: 'key',
        keyId: 'audit',
        digestKeyId: 'a'.repeat(16),
        wrapped: 'AAAA',
      }),
    found: ['unvouched'],
  },
  {
    deed: 'appends a count of calls that nobody made',
    attack: (trail) =>
      append(trail, trail.ended, {
        kind: 'unverified',
        from: '2026-01-01T00:00:00.000Z',
        to: '2026-01-01T00:00:01.000Z',
        calls: 1_000,
        codes: { NOT_FROM_API_MANAGEMENT: 1_000 },
        samples: [],
      }),
    found: ['unvouched'],
  },
  {
    deed: 'appends a checkpoint with a signature of its own',
    attack: (trail) => {
      const { ended } = trail;
      const value = OWN_SEAL_KEY.sign('anything');
      const signature = { keyId: 'audit', algorithm: 'PS256', ...headOf(trail, ended), value } as const;
      const shipped = { sequence: 0, refused: 0 };
      append(trail, ended, { kind: 'checkpoint', shipped, opened: 0, closed: 0, signature });
    },
    found: ['unvouched'],
  },
  {
    deed: 'appends half a line',
    attack: ({ ledger, ended }) => ledger.write(ended, 1, '{"v":1,"writer":"'),
    found: ['truncated'],
  },
  {
    deed: 'appends lines that are no entries',
    attack: ({ ledger, ended }) => ledger.write(ended, 1, 'nothing\n[]\n{}\n'),
    found: ['chain-changed'],
  },
  {
    deed: 'makes up a chain with a revision',
    attack: (trail) =>
      trail.ledger.write(
        MADE_UP,
        1,
        forge(MADE_UP, START, [chainBody(), revisionIn(trail, trail.ended)], OWN_SEAL_KEY),
      ),
    found: ['unvouched'],
  },
  {
    deed: 'makes up a chain that closes the open call',
    attack: (trail) =>
      trail.ledger.write(MADE_UP, 1, forge(MADE_UP, START, [chainBody(), recoveryIn(trail)], OWN_SEAL_KEY)),
    found: ['unvouched'],
  },
  {
    deed: 'makes up a chain of a whole call, with its end',
    attack: (trail) => {
      const record = trail.nextRecord();
      const call: EntryBody[] = [
        { kind: 'opening', record },
        { kind: 'closing', record },
      ];
      const bodies = [chainBody(), ...call, { kind: 'end', opened: 1, closed: 1 } as const];
      trail.ledger.write(MADE_UP, 1, forge(MADE_UP, START, bodies, OWN_SEAL_KEY));
    },
    found: ['unvouched'],
  },
  {
    deed: 'makes up a chain without a seal key',
    attack: (trail) => {
      const body = { kind: 'chain', policyVersion: 'v1' } as unknown as EntryBody;
      trail.ledger.write(MADE_UP, 1, forge(MADE_UP, START, [body, revisionIn(trail, trail.ended)]));
    },
    found: ['unvouched'],
  },
  {
    deed: 'makes up a chain that begins in the year 2031',
    attack: (trail) => {
      const future = '20310101T000000000Z-deadbeef';
      trail.ledger.write(
        future,
        1,
        forge(future, START, [chainBody(), revisionIn(trail, trail.ended)], OWN_SEAL_KEY),
      );
    },
    found: ['unvouched'],
  },
  {
    deed: 'makes up a chain that takes over the signatures of a genuine one',
    attack: (trail) => {
      const signed = trail.ledger.entries(trail.ended).filter(({ kind }) => kind === 'checkpoint');
      const bodies = [
        chainBody(),
        ...signed.map((entry) => bodyOf(JSON.stringify(entry))),
        revisionIn(trail, trail.ended),
      ];
      trail.ledger.write(MADE_UP, 1, forge(MADE_UP, START, bodies, OWN_SEAL_KEY));
    },
    found: ['bad-signature'],
  },
  {
    deed: 'copies a genuine chain under another name',
    attack: (trail) => trail.ledger.write(MADE_UP, 1, trail.ledger.bytes(trail.ended, 1)),
    found: ['chain-changed'],
  },
  {
    deed: 'copies a genuine chain under another name, which its entries have too',
    attack: (trail) =>
      trail.ledger.write(
        MADE_UP,
        1,
        rehash(
          linesOf(trail, trail.ended).map((line) => line.replaceAll(trail.ended, MADE_UP)),
          0,
        )
          .map((line) => `${line}\n`)
          .join(''),
      ),
    found: ['bad-signature'],
  },
  {
    deed: 'changes a record',
    attack: (trail) => {
      const { sequence, record } = closingOf(trail, trail.ended);
      alter(trail, trail.ended, sequence, { record: { ...record, ...FORGED } });
    },
    found: ['chain-changed'],
  },
  {
    deed: 'changes a record, and makes all hashes after it anew',
    attack: (trail) => {
      const { sequence, record } = closingOf(trail, trail.ended);
      alter(trail, trail.ended, sequence, { record: { ...record, ...FORGED } });
      rewrite(trail, trail.ended, rehash(linesOf(trail, trail.ended), sequence));
    },
    found: ['chain-changed'],
  },
  {
    deed: 'writes a whole chain anew with a seal key of its own',
    attack: (trail) =>
      rebuild(trail, trail.ended, (bodies) =>
        bodies
          .filter(({ kind }) => kind !== 'seal')
          .map(withOwnKey)
          .map(withForgedRecord),
      ),
    found: ['bad-signature'],
  },
  {
    deed: 'writes a whole chain anew without any signature',
    attack: (trail) =>
      rebuild(trail, trail.ended, (bodies) =>
        bodies
          .filter(({ kind }) => kind !== 'seal' && kind !== 'checkpoint')
          .map(withOwnKey)
          .map(withForgedRecord),
      ),
    found: ['unvouched'],
  },
  {
    deed: 'writes a chain anew, and moves its signatures far behind what they sign',
    attack: (trail) =>
      rebuild(trail, trail.ended, (bodies) => {
        const isSignature = ({ kind }: EntryBody) => kind === 'checkpoint';
        const others = bodies.filter((body) => body.kind !== 'seal' && !isSignature(body));
        const padding = Array.from({ length: 17_000 }, (): EntryBody => ({
          kind: 'refusal',
          refused: 0,
          status: 400,
        }));
        return [...others.map(withOwnKey).map(withForgedRecord), ...padding, ...bodies.filter(isSignature)];
      }),
    found: ['bad-signature'],
  },
  {
    deed: 'writes anew what lies before the first signature',
    attack: (trail) => {
      alter(trail, trail.ended, 1, { opened: 7 });
      rewrite(trail, trail.ended, rehash(linesOf(trail, trail.ended), 1));
    },
    found: ['chain-changed'],
  },
  {
    deed: 'puts a seal key of its own into the first entry',
    attack: (trail) => alter(trail, trail.ended, 0, { sealKey: OWN_SEAL_KEY.publicKey }),
    found: ['chain-changed'],
  },
  {
    deed: 'takes the seals out of a chain',
    attack: (trail) =>
      rewrite(
        trail,
        trail.ended,
        linesOf(trail, trail.ended).filter((line) => !line.includes('"kind":"seal"')),
      ),
    found: ['chain-changed'],
  },
  {
    deed: 'takes the signatures out of a chain',
    attack: (trail) =>
      rewrite(
        trail,
        trail.ended,
        linesOf(trail, trail.ended).filter((line) => !line.includes('"kind":"checkpoint"')),
      ),
    found: ['chain-changed'],
  },
  {
    deed: 'names another key in a signature',
    attack: (trail) => {
      const at = linesOf(trail, trail.ended).findIndex((line) => line.includes('"signature"'));
      rewrite(
        trail,
        trail.ended,
        linesOf(trail, trail.ended).with(
          at,
          linesOf(trail, trail.ended)[at]?.replace('"audit"', '"other"') ?? '',
        ),
      );
    },
    found: ['bad-signature', 'chain-changed'],
  },
  {
    deed: 'takes an entry out',
    attack: (trail) =>
      rewrite(
        trail,
        trail.ended,
        linesOf(trail, trail.ended).toSpliced(closingOf(trail, trail.ended).sequence, 1),
      ),
    found: ['chain-changed'],
  },
  {
    deed: 'doubles an entry',
    attack: (trail) => {
      const { sequence } = closingOf(trail, trail.ended);
      const lines = linesOf(trail, trail.ended);
      rewrite(trail, trail.ended, lines.toSpliced(sequence, 0, lines[sequence] ?? ''));
    },
    found: ['chain-changed'],
  },
  {
    deed: 'puts a forged entry between two genuine ones',
    attack: (trail) => {
      const { sequence } = closingOf(trail, trail.ended);
      const lines = linesOf(trail, trail.ended);
      const place = trail.ledger.placeOf(trail.ended, sequence);
      const forged = forge(trail.ended, place, [revisionIn(trail, trail.ended)])
        .trimEnd()
        .split('\n');
      rewrite(trail, trail.ended, lines.toSpliced(sequence + 1, 0, ...forged));
    },
    found: ['chain-changed'],
  },
  {
    deed: 'lets two entries change places',
    attack: (trail) => {
      const { sequence } = closingOf(trail, trail.ended);
      const lines = linesOf(trail, trail.ended);
      rewrite(
        trail,
        trail.ended,
        lines.with(sequence, lines[sequence + 1] ?? '').with(sequence + 1, lines[sequence] ?? ''),
      );
    },
    found: ['chain-changed'],
  },
  {
    deed: 'empties a chain',
    attack: (trail) => trail.ledger.rewrite(trail.ended, 1, ''),
    found: ['truncated'],
  },
  {
    deed: 'deletes a whole chain',
    attack: (trail) => trail.ledger.removePart(trail.ended, 1),
    found: ['chain-changed'],
  },
  {
    deed: 'deletes a whole chain with its cursor',
    attack: (trail) => {
      trail.ledger.removePart(trail.ended, 1);
      trail.state.delete(cursorName(trail.ended));
    },
    found: ['chain-changed'],
  },
  {
    deed: 'cuts a chain in front of its last call',
    attack: (trail) => {
      const lines = linesOf(trail, trail.ended);
      const at = lines.findLastIndex((line) => line.includes('"kind":"opening"'));
      rewrite(trail, trail.ended, lines.slice(0, at));
    },
    found: ['truncated'],
  },
  {
    deed: 'cuts a chain in front of its last call, and moves its cursor back',
    attack: async (trail) => {
      const lines = linesOf(trail, trail.ended);
      const at = lines.findLastIndex((line) => line.includes('"kind":"opening"'));
      rewrite(trail, trail.ended, lines.slice(0, at));
      const name = cursorName(trail.ended);
      const stored = await trail.state.read(name);
      await trail.state.write(
        name,
        { ...(stored?.value as object), sequence: at - 1, offset: 0 },
        {},
        stored?.etag,
      );
    },
    found: ['truncated'],
  },
  {
    deed: 'says that the open calls of a killed process are closed',
    attack: async (trail) => {
      const name = recoveryName(trail.killed);
      const stored = await trail.state.read(name);
      const bytes = trail.ledger.bytes(trail.killed, 1).byteLength;
      const value = { sweepers: [MADE_UP], part: 1, bytes, isDone: true };
      await trail.state.write(name, value, { done: 'true', part: '1', bytes: String(bytes) }, stored?.etag);
    },
    found: [],
  },
];
