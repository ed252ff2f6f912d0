import { toEventAttributes } from '../../src/record/event-attributes.ts';
import { type EntryBody, hashEntry } from '../../src/ledger/ledger-entry.ts';
import type { AuditEvent } from '../../src/shipping/event-sender.ts';
import { CURSORS } from '../../src/shipping/shipping-cursor.ts';
import { writerOfState } from '../../src/shipping/state-names.ts';
import type {
  CallRecord,
  EdgeRequest,
  LedgerEvidence,
  ShippedRecord,
} from '../../src/verification/evidence.ts';
import type { AttestationNotes } from '../../src/verification/attestation/attestation-writer.ts';
import {
  Attestation,
  AttestedChain,
  type AttestedLedger,
} from '../../src/verification/attestation/attestation.ts';
import { comparedUntilOf } from '../../src/verification/compared-until.ts';
import { readLogEvidence } from '../../src/verification/log-evidence.ts';
import type { VerificationReport } from '../../src/verification/report.ts';
import type { VerificationScope } from '../../src/verification/scope.ts';
import { verifyLedger } from '../../src/verification/verify-ledger.ts';
import { LogReading } from '../../src/transparency-log/log-reading.ts';
import { FLAT_RECORD } from '../flat-record.ts';
import { createLedgerWorld, GONE_AFTER_IN_MS } from '../shipping/ledger-world.ts';
import { MemoryLog, MemoryWitness, openGrowingLog } from '../transparency-log/memory-log.ts';
import { auditPublicKeys } from '../verification/sample-chain.ts';

const CALL_LASTS_IN_MS = 240_000;
const GRACE_IN_MS = 60_000;
const HOUR_IN_MS = 3_600_000;
const DAY_IN_MS = 86_400_000;

/** The attestation from which a verification goes on, and the notes for another. */
interface Attesting {
  readonly attested?: AttestedLedger;
  readonly notes?: AttestationNotes;
}

/** A checkpoint as a process writes it that is founded. */
const CHECKPOINT: EntryBody = {
  kind: 'checkpoint',
  shipped: { sequence: -1, refused: 0 },
  opened: 0,
  closed: 0,
};

/** The trail of three processes: one ended in order, one was killed with a call at work, and one is at work still. */
export type AuditedTrail = Awaited<ReturnType<typeof createAuditedTrail>>;

/** Writes that trail with the real writer, and ships it with the real sweep. */
export async function createAuditedTrail() {
  const log = new MemoryLog();
  const witness = new MemoryWitness();
  const world = createLedgerWorld({
    describe: toEventAttributes,
    openHeads: () => openGrowingLog(log, { witness }),
  });
  const { clock, ledger, state, ingestion, startProcess, pass, sweep } = world;
  const requests: EdgeRequest[] = [];
  const edgeRecords: CallRecord[] = [];
  let calls = 0;

  /** Makes the record of a call that the edge counts now. */
  const nextRecord = () => {
    calls += 1;
    const requestId = `55555555-5555-4555-8555-${String(calls).padStart(12, '0')}`;
    const traceId = String(calls).padStart(32, '0');
    const time = new Date(clock.now());
    requests.push({ requestId, traceId, time, operation: 'POST /vertex', isCall: true, isSampled: false });
    const id = `${time.toISOString().replace(/[-:.]/g, '')}-${requestId}`;
    return { ...FLAT_RECORD, id, requestId, traceId, time: time.toISOString() };
  };
  /** Lets so much time pass that a process without new entries is lost. */
  const untilGone = async () => {
    await clock.advance(GONE_AFTER_IN_MS);
    await pass();
  };
  type Process = ReturnType<typeof startProcess>;
  const call = async ({ write }: Process) => {
    const record = nextRecord();
    await write({ kind: 'opening', record });
    await write({ kind: 'closing', record });
    await pass();
  };
  const start = async (count: number) => {
    const process = startProcess();
    await process.found();
    for (let made = 0; made < count; made += 1) await call(process);
    await process.write(CHECKPOINT);
    return process;
  };

  const ended = await start(3);
  await ended.write({ kind: 'end', opened: 3, closed: 3 });
  await pass();
  const killed = await start(2);
  await killed.write({ kind: 'opening', record: nextRecord() });
  await untilGone();
  const living = await start(1);
  await sweep(living);
  await call(living);
  await living.write(CHECKPOINT);
  await pass(2);

  return {
    ...world,
    log,
    witness,
    requests,
    edgeRecords,
    ended: ended.name,
    killed: killed.name,
    living: living.name,
    /** Writes with the seal key of the process that has ended. */
    writeAsEnded: ended.write,
    /** Makes the entry of another call of the living process, or of one that is made up. */
    nextRecord,
    /** Lets one more process begin, make a call and end, and the living process sweep. Gives the name of its chain. */
    async another() {
      const process = await start(1);
      await process.write({ kind: 'end', opened: 1, closed: 1 });
      await untilGone();
      await sweep(living);
      return process.name;
    },
    /** Lets the living process go on: with a call, two sweeps, and a signature. */
    async goOn() {
      await call(living);
      await sweep(living);
      await untilGone();
      await call(living);
      await sweep(living);
      await living.write(CHECKPOINT);
      await pass(2);
    },
    /** Lets so much time pass that everything so far is attested, but for the chain that goes on. */
    async age() {
      await clock.advance(DAY_IN_MS + HOUR_IN_MS);
      await this.goOn();
      await clock.advance(2 * HOUR_IN_MS);
      await this.goOn();
    },
    /** Verifies the ledger, and attests what can be attested if nothing is wrong. */
    async attest(former?: AttestedLedger): Promise<AttestedLedger> {
      const chains: AttestedChain[] = [];
      const note = (chain: AttestedChain) => {
        chains.push(AttestedChain.parse(chain));
        return Promise.resolve();
      };
      const report = await this.verify(undefined, {
        ...(former && { attested: former }),
        notes: { begin: () => Promise.resolve(), keep: note, note },
      });
      if (!report.isIntact) throw new Error('Nothing is attested where something is wrong.');
      const { newest } = await LogReading.read({
        reader: log.reader,
        isSigned: () => Promise.resolve(true),
        period: { from: new Date(0), to: undefined },
      });
      const now = new Date(clock.now());
      const comparedUntil = comparedUntilOf({ to: now }, new Date(clock.now() - GRACE_IN_MS)).toISOString();
      const attestation = Attestation.parse({
        version: 1,
        ledger: '',
        scope: 'ledger-and-application-insights',
        verifiedAt: now.toISOString(),
        from: new Date(0).toISOString(),
        to: now.toISOString(),
        comparedUntil,
        head: { size: newest?.size, root: newest?.root, time: newest?.time },
        chains: chains.length,
        sha256: '0'.repeat(64),
      });
      const sorted = chains.toSorted((one, other) => (one.writer < other.writer ? -1 : 1));
      return { attestation, chains: () => each(sorted) };
    },
    /** Verifies the ledger against everything that the stores hold, or what an attestation leaves of it. */
    async verify(
      scope: VerificationScope = 'ledger-and-application-insights',
      { attested, notes }: Attesting = {},
    ): Promise<VerificationReport> {
      const period = { from: new Date(0), to: new Date(clock.now() + 1) };
      const comparedFrom = new Date(attested?.attestation.comparedUntil ?? 0);
      const heads = { reader: log.reader, publicKeys: auditPublicKeys, witness };
      const logEvidence = await readLogEvidence(heads, { from: comparedFrom, to: undefined });
      const cursors = new Map<string, number>();
      for (const name of (await state.list(CURSORS)).keys()) {
        const { value } = (await state.read(name)) ?? {};
        const { sequence = -1 } = (value ?? {}) as { sequence?: number };
        cursors.set(writerOfState(CURSORS, name) ?? '', sequence);
      }
      const events = ingestion.accepted.filter(({ time }) => time >= comparedFrom);
      const insights: LedgerEvidence = {
        anchors: events
          .filter(({ name }) => name === 'gateway.audit.anchor')
          .map(({ properties: { writer = '', sequence, hash = '' } }) => ({
            writer,
            sequence: Number(sequence),
            hash,
          })),
        records: each(events.filter(isRecord).map(asShipped).toSorted(byPlace)),
        traffic: each([
          {
            to: new Date(clock.now()),
            requests: requests.filter(({ time }) => time >= comparedFrom),
            records: [...events.filter(isRecord).map(asCallRecord), ...edgeRecords],
          },
        ]),
      };
      return verifyLedger(
        ledger,
        {
          cursors,
          publicKeys: auditPublicKeys,
          contents: NO_CONTENTS,
          log: logEvidence,
          ...(scope !== 'ledger' && insights),
        },
        {
          period,
          now: new Date(clock.now()),
          graceInMs: GRACE_IN_MS,
          openForInMs: CALL_LASTS_IN_MS,
          scope,
          ...(attested && { attested }),
          ...(notes && { notes }),
        },
      );
    },
  };
}

/** Gives the lines of the first part of a chain. */
export function linesOf({ ledger }: Pick<AuditedTrail, 'ledger'>, writer: string): string[] {
  return ledger.bytes(writer, 1).toString().trimEnd().split('\n');
}

/** Gives the place of the last entry of a chain. */
export function headOf(trail: Pick<AuditedTrail, 'ledger'>, writer: string) {
  const lines = linesOf(trail, writer);
  return { sequence: lines.length - 1, hash: hashEntry(lines.at(-1) ?? '') };
}

/** Gives the first closing of a chain. */
export function closingOf({ ledger }: Pick<AuditedTrail, 'ledger'>, writer: string) {
  const sequence = ledger.entries(writer).findIndex(({ kind }) => kind === 'closing');
  const entry = ledger.entries(writer)[sequence];
  if (entry?.kind !== 'closing') throw new Error('no closing');
  return { sequence, record: entry.record, hash: ledger.placeOf(writer, sequence).hash };
}

/** The content of an entry that stands in a chain. */
export function bodyOf(line: string): EntryBody {
  const { v, writer, sequence, previous, time, ...body } = JSON.parse(line) as Record<string, unknown>;
  if ([v, writer, sequence, previous, time].includes(undefined)) throw new Error('no entry');
  return body as unknown as EntryBody;
}

function isRecord({ name, properties }: AuditEvent): boolean {
  return name === 'gateway.prediction' || properties.ledgerWriter !== undefined;
}

function asShipped({ name, time, properties, measurements }: AuditEvent): ShippedRecord {
  const { ledgerWriter: writer = '', ledgerSequence, ledgerHash: hash = '' } = properties;
  const sequence = ledgerSequence === undefined ? -1 : Number(ledgerSequence);
  return { writer, sequence, hash, time, name, itemCount: 1, properties, measurements: measurements ?? {} };
}

function asCallRecord({ time, properties: { requestId = '', traceId = '' } }: AuditEvent): CallRecord {
  return { requestId, traceId, time, isOfEdge: false };
}

function byPlace(one: ShippedRecord, other: ShippedRecord): number {
  if (one.writer !== other.writer) return one.writer < other.writer ? -1 : 1;
  return one.sequence - other.sequence;
}

const NO_CONTENTS: NonNullable<LedgerEvidence['contents']> = {
  retentionInMs: DAY_IN_MS,
  list: () => each([]),
};

async function* each<Item>(items: readonly Item[]): AsyncGenerator<Item, void> {
  for (const item of items) yield await Promise.resolve(item);
}
