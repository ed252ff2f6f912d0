import { createBelievedReader } from '../../src/contents/read-believed.ts';
import { findErasure } from '../../src/contents/find-erasure.ts';
import { findRecord } from '../../src/contents/find-record.ts';
import { type EntryBody, hashEntry, NO_PREVIOUS } from '../../src/ledger/ledger-entry.ts';
import { FLAT_RECORD } from '../flat-record.ts';
import { forge } from '../shipping/ledger-world.ts';
import {
  asText,
  auditPublicKeys,
  BEGINNING,
  createMemoryLedger,
  startSample,
  STARTED_AT,
  WRITER,
  writeLines,
} from '../verification/sample-chain.ts';

/**
 * The right of these rows: to write, overwrite and delete every blob of the ledger. Its holder wants `audit:content` to show
 * another content, or `audit:erase` to prove an erasure that never was.
 */
const MADE_UP = '20260301T120000500Z-deadbeef';
const SUBJECT = 'a'.repeat(64);
const RECORD_ID = `${new Date(STARTED_AT).toISOString().replaceAll(/[-:.]/g, '')}-55555555-5555-4555-8555-555555555555`;
const contentOf = (name: string) => ({
  subject: SUBJECT,
  blob: `${SUBJECT}/${name}.json`,
  sha256: 'd'.repeat(64),
});
const RECORD = { ...FLAT_RECORD, id: RECORD_ID, content: contentOf('genuine') };

const GENUINE: EntryBody = { kind: 'closing', record: RECORD };
const FORGED: EntryBody = {
  kind: 'closing',
  record: { ...RECORD, revision: 1, content: contentOf('forged') },
  corrects: 'b'.repeat(64),
};
const ERASURE: EntryBody = { kind: 'erasure', subject: SUBJECT, reason: 'asked for' };

/** Writes a chain that the audit key founds, with these entries in one block. */
function founded(...bodies: readonly EntryBody[]): string[] {
  const chain = startSample();
  chain.add(BEGINNING);
  chain.sign();
  chain.seal();
  for (const body of bodies) chain.add(body);
  chain.seal();
  return [...chain.lines];
}

function findIn(chains: Readonly<Record<string, string>>) {
  const ledger = createMemoryLedger(
    Object.fromEntries(Object.entries(chains).map(([writer, text]) => [writer, [text]])),
  );
  const read = createBelievedReader(ledger, auditPublicKeys);
  return {
    content: async () => (await findRecord(ledger, read, RECORD_ID))?.content?.blob,
    erasure: async () => (await findErasure(ledger, read, SUBJECT))?.reason,
  };
}

const after = (lines: readonly string[]) => ({
  sequence: lines.length - 1,
  hash: hashEntry(lines.at(-1) ?? ''),
});
const START = { sequence: -1, hash: NO_PREVIOUS };

test('the last record of a call is found, and the last erasure of a subject', async () => {
  const corrected = founded(GENUINE, { ...FORGED, record: { ...FORGED.record, content: contentOf('last') } });
  expect(await findIn({ [WRITER]: asText(corrected) }).content()).toBe(contentOf('last').blob);
  const erased = founded(ERASURE, { ...ERASURE, reason: 'asked for again' });
  expect(await findIn({ [WRITER]: asText(erased) }).erasure()).toBe('asked for again');
});

const FOUND = contentOf('genuine').blob;

test.each<
  [
    deed: string,
    found: string | undefined,
    attack: (lines: readonly string[], body: EntryBody) => Record<string, string>,
  ]
>([
  [
    'appends it to a chain',
    FOUND,
    (lines, body) => ({ [WRITER]: asText(lines) + forge(WRITER, after(lines), [body]) }),
  ],
  [
    'appends it without a seal',
    FOUND,
    (lines, body) => ({
      [WRITER]: asText(lines) + (forge(WRITER, after(lines), [body]).split('\n')[0] ?? '') + '\n',
    }),
  ],
  [
    'appends it without any link',
    FOUND,
    (lines, body) => ({ [WRITER]: asText([...lines, JSON.stringify({ ...body, writer: WRITER })]) }),
  ],
  [
    'makes up a chain',
    FOUND,
    (lines, body) => ({ [WRITER]: asText(lines), [MADE_UP]: forge(MADE_UP, START, [BEGINNING, body]) }),
  ],
  [
    'makes up a chain that is as young as can be',
    FOUND,
    (lines, body) => ({
      [WRITER]: asText(lines),
      [MADE_UP]: asText(writeLines([BEGINNING, body], { writer: MADE_UP })),
    }),
  ],
  [
    'puts a copy of a genuine chain under another name, with it at the end',
    FOUND,
    (lines, body) => {
      const copy = lines.map((line) => line.replaceAll(WRITER, MADE_UP));
      return { [WRITER]: asText(lines), [MADE_UP]: asText(copy) + forge(MADE_UP, after(copy), [body]) };
    },
  ],
  [
    'puts it before everything else, which keeps the chain from being read',
    undefined,
    (lines, body) => ({ [WRITER]: forge(WRITER, START, [body]) + asText(lines) }),
  ],
])('who forges an entry and %s is not believed', async (_, found, attack) => {
  expect(await findIn(attack(founded(GENUINE), FORGED)).content()).toBe(found);
  expect(await findIn(attack(founded(GENUINE), ERASURE)).erasure()).toBeUndefined();
});
