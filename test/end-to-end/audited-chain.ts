import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { ManagedIdentityCredential } from '@azure/identity';
import { BlobServiceClient, type ContainerClient } from '@azure/storage-blob';
import type { AuditRecord } from '@vertex-ai-gateway/cloud-emulators/application-insights/audit-records';
import type { VerificationReport } from '@vertex-ai-gateway/audit-ledger/verification';
import { modelPath, PREDICT_PATH } from './gateway-paths.ts';
import { ObservedChain } from './observed-chain.ts';
import type { Answer } from './send-bytes.ts';
import { governanceFolder } from '../support/governance-folder.ts';

/** The fields of a ledger's line that tests read. */
export interface LedgerLine {
  readonly writer: string;
  readonly sequence: number;
  readonly kind: string;
  readonly time: string;
  readonly record?: AuditRecord;
  readonly corrects?: string;
  readonly recovered?: Readonly<Record<'writer' | 'sequence' | 'hash', unknown>>;
  readonly refused?: number;
  readonly refusedWriter?: string;
}

const ROOT = resolve(__dirname, '../..');
const ARRIVAL_TIMEOUT_IN_MS = 40_000;
const POLL_INTERVAL_IN_MS = 100;
/** The strict grants: their calls must be on the ledger before Google is called. */
const STRICT_GRANTS = ['scoring-iris', 'assistants-chat'];
/** The shortest that the settings allow. */
const CHECKPOINT_INTERVAL_IN_MS = 1000;

const CONTENTS = JSON.stringify({
  contents: [{ role: 'user', parts: [{ text: 'Say something about irises.' }] }],
});

/** Calls of the sample applications, by the durability of the rule that allows them. */
export const CALLS = {
  strict: {
    application: 'scoring-app',
    path: PREDICT_PATH,
    body: JSON.stringify({ instances: [[5.1, 3.5, 1.4, 0.2]] }),
  },
  strictStream: {
    application: 'assistants-app',
    path: modelPath('streamGenerateContent?alt=sse'),
    body: CONTENTS,
  },
  standard: {
    application: 'eu-analytics-app',
    path: modelPath('generateContent', { location: 'eu' }),
    body: CONTENTS,
  },
  standardStream: {
    application: 'eu-analytics-app',
    path: modelPath('streamGenerateContent?alt=sse', { location: 'eu' }),
    body: CONTENTS,
  },
} as const;

/** A running chain with some strict rules, whose ledger is compared with Application Insights. */
export class AuditedChain {
  readonly observed: ObservedChain;
  readonly #scratch: string;
  readonly #environmentFile: string;
  readonly #storage: BlobServiceClient;
  /** The certificates trusted before: authorities of different chains have the same name. */
  readonly #trusted = getCACertificates('default');

  /** @param settings of the function app, besides those for strict rules and quick checkpoints. */
  static async start(
    settings: Readonly<Record<string, string>> = {},
    ...flags: string[]
  ): Promise<AuditedChain> {
    const observed = await ObservedChain.start(...flags);
    const audited = new AuditedChain(observed);
    await observed.chain.restartFunctionApp({
      GOVERNANCE_DIRECTORY: audited.#writeGovernance(),
      AUDIT_CHECKPOINT_INTERVAL_IN_MS: String(CHECKPOINT_INTERVAL_IN_MS),
      ...settings,
    });
    return audited;
  }

  private constructor(observed: ObservedChain) {
    const { environment } = observed.chain;
    const { functionAppSettings: settings, certificateAuthorityFile } = environment;
    this.observed = observed;
    this.#scratch = mkdtempSync(join(tmpdir(), 'audited-'));
    this.#environmentFile = join(this.#scratch, 'environment.json');
    writeFileSync(this.#environmentFile, JSON.stringify(environment));
    for (const name of ['IDENTITY_ENDPOINT', 'IDENTITY_HEADER', 'APPLICATION_INSIGHTS_NO_STATSBEAT'])
      process.env[name] = settings[name];
    setDefaultCACertificates([...this.#trusted, readFileSync(certificateAuthorityFile, 'utf8')]);
    const credential = new ManagedIdentityCredential({ clientId: settings.AZURE_CLIENT_ID ?? '' });
    this.#storage = new BlobServiceClient(settings.AUDIT_STORAGE_URL ?? '', credential);
  }

  /** Calls the gateway `count` times, all at once. */
  call(kind: keyof typeof CALLS, count = 1): Promise<Answer[]> {
    return Promise.all(Array.from({ length: count }, () => this.observed.call(CALLS[kind])));
  }

  /** The container of the ledger, for those who may write blobs. */
  ledgerBlobs(): ContainerClient {
    return this.#storage.getContainerClient('audit-ledger');
  }

  /** Reads the whole ledger, chain by chain. */
  async ledger(): Promise<LedgerLine[]> {
    const container = this.ledgerBlobs();
    const lines: LedgerLine[] = [];
    for await (const { name } of container.listBlobsFlat()) {
      const text = (await container.getBlobClient(name).downloadToBuffer()).toString('utf8');
      for (const line of text.split('\n')) if (line !== '') lines.push(JSON.parse(line) as LedgerLine);
    }
    return lines;
  }

  /**
   * Reads the ledger once all these calls are closed on it and all closings are shipped, or after 40 s at the latest.
   * @param attempt runs before each reading.
   */
  async settled(requestIds: readonly string[], attempt?: () => Promise<unknown>): Promise<LedgerLine[]> {
    const deadline = Date.now() + ARRIVAL_TIMEOUT_IN_MS;
    for (;;) {
      await attempt?.();
      const ledger = await this.ledger();
      const closed = new Set(closingsIn(ledger).map(({ record }) => record?.requestId));
      const isClosed = requestIds.every((id) => closed.has(id));
      if ((isClosed && (await this.#isShipped(ledger))) || Date.now() > deadline) return ledger;
      await pause(POLL_INTERVAL_IN_MS);
    }
  }

  /** Runs the timer that ships records and closes calls of lost writers. */
  async sweep(instance = 1): Promise<void> {
    expect(await this.observed.chain.runTimer('audit-sweep', instance)).toMatchObject({
      outcome: 'succeeded',
    });
  }

  /** The report of `npm run audit:verify`. */
  verify(): Promise<VerificationReport> {
    const script = join(ROOT, 'scripts/audit/verify.ts');
    const parameters = [script, '--environment-file', this.#environmentFile, '--json'];
    return new Promise((resolveReport, reject) => {
      execFile('node', parameters, { maxBuffer: 64 * 1024 * 1024 }, (_, stdout, stderr) => {
        try {
          resolveReport(JSON.parse(stdout) as VerificationReport);
        } catch {
          reject(new Error(stderr));
        }
      });
    });
  }

  /** Expects a verification without missing or changed records, and without open calls. */
  async expectIntact(): Promise<VerificationReport> {
    const report = await this.verify();
    expect(report).toMatchObject({ findings: [], isIntact: true, open: 0 });
    expect(report.requests).toBe(report.recordedRequests);
    return report;
  }

  /** Expects one record of each of these calls, and no other, in the ledger, and the same in Application Insights. */
  async expectOnBothStores(requestIds: readonly string[], ledger: readonly LedgerLine[]): Promise<void> {
    const expected = requestIds.toSorted();
    const closings = countedIn(ledger).filter(({ record }) => record?.revision === undefined);
    expect(closings.map(({ record }) => String(record?.requestId)).toSorted()).toEqual(expected);
    const shipped = await this.#shippedIds();
    expect([...shipped].toSorted()).toEqual(expected);
  }

  async stop(): Promise<void> {
    await this.observed.stop();
    setDefaultCACertificates(this.#trusted);
    rmSync(this.#scratch, { recursive: true });
  }

  async #shippedIds(): Promise<Set<string>> {
    const records = await this.observed.chain.auditRecords(({ ledgerWriter }) => ledgerWriter !== undefined);
    return new Set(records.map(({ requestId }) => String(requestId)));
  }

  /** True when each chain's cursor has passed its last record. */
  async #isShipped(ledger: readonly LedgerLine[]): Promise<boolean> {
    const last = new Map(closingsIn(ledger).map(({ writer, sequence }) => [writer, sequence]));
    const state = this.#storage.getContainerClient('audit-state');
    for (const [writer, sequence] of last) {
      const cursor = state.getBlobClient(`shipping/${writer.slice(0, 8)}/${writer}.json`);
      if (!(await cursor.exists())) return false;
      // In one request: between two, the cursor may get another length.
      const { readableStreamBody } = await cursor.download();
      const shipped = JSON.parse(await text(readableStreamBody ?? Readable.from([]))) as LedgerLine;
      if (shipped.sequence < sequence) return false;
    }
    return true;
  }

  #writeGovernance(): string {
    const folder = join(this.#scratch, 'governance');
    cpSync(governanceFolder(), folder, { recursive: true });
    const file = join(folder, 'access.yaml');
    const standard = readFileSync(file, 'utf8').replaceAll('    durability: strict\n', '');
    const access = STRICT_GRANTS.reduce(
      (text, id) => text.replace(`- id: ${id}\n`, `- id: ${id}\n    durability: strict\n`),
      standard,
    );
    writeFileSync(file, access);
    return folder;
  }
}

export function closingsIn(ledger: readonly LedgerLine[]): LedgerLine[] {
  return ledger.filter(({ kind }) => kind === 'closing');
}

/**
 * The closings without those that a sweep wrote for a lost process which had left its own on the disk, and which give way
 * to these.
 */
export function countedIn(ledger: readonly LedgerLine[]): LedgerLine[] {
  const closings = closingsIn(ledger);
  const own = new Set(closings.filter(({ recovered }) => !recovered).map(({ record }) => record?.id));
  return closings.filter(({ recovered, record }) => !recovered || !own.has(record?.id));
}

export function openingsIn(ledger: readonly LedgerLine[]): LedgerLine[] {
  return ledger.filter(({ kind }) => kind === 'opening');
}

export function requestIdsOf(answers: readonly Answer[]): string[] {
  return answers.map(({ requestId }) => requestId);
}
