import { inputInvalid } from '../input-invalid.ts';
import { isUtf8 } from 'node:buffer';
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import type { ContainerClient } from '@azure/storage-blob';
import { openAuditKey } from '../keys/audit-key.ts';
import { findRecord } from '../contents/find-record.ts';
import { createBelievedReader } from '../contents/read-believed.ts';
import { openTrustedKeys } from '../keys/trusted-keys.ts';
import { readContent, type StoredContent } from '../contents/read-content.ts';
import { RecordId } from '../record/record-schema.ts';
import type { PlainPart } from '../contents/sealed-content.ts';
import { createStateStore } from '../storage/state-store.ts';
import { createSubjectKeys } from '../contents/subject-keys.ts';
import { readAuditSettings } from './audit-settings.ts';
import { fail } from './fail.ts';
import { openAudit } from './open-audit.ts';

const USAGE = `Usage: npm run audit:content -- RECORD_ID [--json]

  Shows what was kept of the content of one call: its prompt, its answer, or both. Takes the right to unwrap with the
  audit key, which auditors have only if somebody gave it to them.

  --json   as JSON, in base64 where a part is no text

Ends with 0 when there is content, 1 when there is none (any more), 2 when it cannot be read.`;

const TIMEOUT_IN_MS = 30_000;
const CANNOT_READ = 2;

const WITHOUT_CONTENT: Readonly<Record<Exclude<StoredContent['kind'], 'content'>, string>> = {
  erased: 'It was erased: the key of its data subject is gone, and nobody can read it any more.',
  missing:
    'It is not in storage, though its data subject was not erased: it could not be stored, or was removed.',
  altered: 'It is not what was stored: its hash is not the one on record.',
};

/**
 * Runs the command with the arguments of this process, prints, and sets its exit code. Doesn't reject.
 * @param environmentFile where a chain that runs locally describes itself, unless an argument says otherwise.
 */
export async function showContent(environmentFile: URL): Promise<void> {
  await showContentOrThrow(environmentFile).catch((error: unknown) => {
    fail('The content cannot be read.', USAGE, error, CANNOT_READ);
  });
}

async function showContentOrThrow(environmentFile: URL): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      json: { type: 'boolean', default: false },
      'environment-file': { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return;
  }
  const id = RecordId.safeParse(positionals[0]);
  if (!id.success || positionals.length > 1)
    throw inputInvalid(
      'Name one record by its id, such as 20261122T210150123Z-5f0c2b1e-8a4d-4c3b-9e21-7d6a5b4c3f2e.',
    );
  const settings = readAuditSettings(values['environment-file'], environmentFile);
  const { AUDIT_KEY_URL } = settings;
  if (AUDIT_KEY_URL === undefined)
    throw inputInvalid('AUDIT_KEY_URL is not set: it names the key that unwraps contents.');
  const { credential, storage, ledger } = openAudit(settings);
  const { publicKeys } = await openTrustedKeys({
    storageUrl: settings.AUDIT_STORAGE_URL,
    keyUrl: AUDIT_KEY_URL,
    credential,
  });
  if (!publicKeys)
    throw inputInvalid(
      'The public half of the audit key cannot be read, and no record is believed without it.',
    );
  const record = await findRecord(ledger, createBelievedReader(ledger, publicKeys), id.data);
  if (!record) throw inputInvalid('The ledger has no record of this id.');
  if (!record.content) {
    console.log(
      'Nothing was kept of the content of this call: no rule asked for it, or it could not be kept.',
    );
    process.exitCode = 1;
    return;
  }
  const keys = createSubjectKeys({
    loadStore: () => Promise.resolve(createStateStore(storage.getContainerClient('audit-subjects'))),
    key: openAuditKey(AUDIT_KEY_URL, credential, TIMEOUT_IN_MS),
    now: () => new Date(),
  });
  const contents = storage.getContainerClient('audit-content');
  const stored = await readContent(record.content, keys, (blob) => readText(contents, blob));
  if (stored.kind !== 'content') {
    console.log(`The content of this call cannot be shown. ${WITHOUT_CONTENT[stored.kind]}`);
    process.exitCode = 1;
    return;
  }
  console.log(values.json ? JSON.stringify(asJson(id.data, stored.parts), null, 2) : describe(stored.parts));
}

async function readText(container: ContainerClient, name: string): Promise<string | undefined> {
  try {
    const { readableStreamBody } = await container.getBlobClient(name).download();
    return readableStreamBody && (await text(readableStreamBody));
  } catch (error) {
    if (error instanceof Error && 'statusCode' in error && error.statusCode === 404) return undefined;
    throw error;
  }
}

function describe(parts: ReadonlyMap<string, PlainPart>): string {
  return [...parts]
    .map(([name, { kept, bytes }]) => {
      const rest = bytes - kept.byteLength;
      const size = rest > 0 ? `${bytes} bytes, of which the last ${rest} were not kept` : `${bytes} bytes`;
      return `--- ${name}: ${size}\n${toText(kept).value}`;
    })
    .join('\n');
}

function asJson(recordId: string, parts: ReadonlyMap<string, PlainPart>) {
  const shown = [...parts].map(([name, { kept, bytes }]) => {
    const { encoding, value } = toText(kept);
    return [name, { bytes, isTruncated: kept.byteLength < bytes, encoding, content: value }];
  });
  return { recordId, ...(Object.fromEntries(shown) as object) };
}

function toText(kept: Uint8Array): { readonly encoding: 'utf8' | 'base64'; readonly value: string } {
  const encoding = isUtf8(kept) ? 'utf8' : 'base64';
  return { encoding, value: Buffer.from(kept).toString(encoding) };
}
