import { inputInvalid } from '../input-invalid.ts';
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { openAuditKey } from '../keys/audit-key.ts';
import {
  deleteKept,
  findKept,
  isGone,
  type KeptOfSubject,
  type SubjectStorage,
} from '../contents/erase-subject.ts';
import { findErasure } from '../contents/find-erasure.ts';
import { createBelievedReader } from '../contents/read-believed.ts';
import { openTrustedKeys } from '../keys/trusted-keys.ts';
import { subjectIdOf, type DataSubject } from '../contents/subject-keys.ts';
import type { EntryBody, EntryPlace } from '../ledger/ledger-entry.ts';
import { createLedgerVerifier } from '../verification/ledger-verifier.ts';
import { readAuditSettings } from './audit-settings.ts';
import { fail } from './fail.ts';
import { openAudit } from './open-audit.ts';
import { putOnLedger, type SignedPlace } from './put-on-ledger.ts';

const USAGE = `Usage: npm run audit:erase -- --subject IDENTITY_PROVIDER/OBJECT_ID --reason TEXT [--proof FILE] [--yes]

  Makes all contents that were kept of a data subject unreadable for good: puts that on the ledger, deletes the subject's
  key, then the contents, reads storage back and puts on the ledger that they are gone. Each step can be repeated: run it
  again when it fails. Records stay; they hold no content. Calls that the subject makes later are not erased.

  --subject   the access document's id of who vouches for the subject, and its object id: entra/5f0c2b1e-…
  --reason    why, in one line; it stays on the ledger for good, so name no person in it
  --proof     writes the proof as JSON
  --yes       without it, only says what would be erased

Ends with 0 when it is done and proven, 1 when there is nothing to erase or the proof has a fault, 2 when it cannot be
done.`;

const TIMEOUT_IN_MS = 30_000;
const LEDGER_TIMEOUT_IN_MS = 60_000;
const MINUTE_IN_MS = 60_000;
const GRACE_IN_MS = 10 * MINUTE_IN_MS;
const MAXIMUM_REASON_LENGTH = 300;
const CANNOT_ERASE = 2;

/**
 * Runs the command with the arguments of this process, prints, and sets its exit code. Doesn't reject.
 * @param environmentFile where a chain that runs locally describes itself, unless an argument says otherwise.
 */
export async function erase(environmentFile: URL): Promise<void> {
  await eraseOrThrow(environmentFile).catch((error: unknown) => {
    fail('The erasure is not finished.', USAGE, error, CANNOT_ERASE);
  });
}

async function eraseOrThrow(environmentFile: URL): Promise<void> {
  const { values } = parseArgs({
    options: {
      subject: { type: 'string' },
      reason: { type: 'string' },
      proof: { type: 'string' },
      yes: { type: 'boolean', default: false },
      'environment-file': { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return;
  }
  const subject = subjectIdOf(readSubject(values.subject));
  const reason = readReason(values.reason);
  const settings = readAuditSettings(values['environment-file'], environmentFile);
  const audit = openAudit(settings);
  const storage: SubjectStorage = {
    subjects: audit.storage.getContainerClient('audit-subjects'),
    content: audit.storage.getContainerClient('audit-content'),
  };
  const found = await findKept(storage, subject);
  const isEmpty = found.key === undefined && found.contents.length === 0;
  const earlier = isEmpty ? await findEarlier(audit, settings, subject) : undefined;
  if (isEmpty && !earlier) {
    console.log(
      'Nothing is kept of this subject: there is no key and no content. Check the identity provider’s id and the object ' +
        'id; both are in the subject’s records.',
    );
    process.exitCode = 1;
    return;
  }
  if (!values.yes) {
    console.log(
      earlier
        ? `Nothing is kept of this subject any more since the erasure of ${earlier.time}: say --yes to prove it again.`
        : `Kept of this subject: ${describeKept(found)}. Nothing is erased yet: say --yes to erase it for good.`,
    );
    return;
  }

  const { AUDIT_KEY_URL } = settings;
  const key =
    AUDIT_KEY_URL === undefined ? undefined : openAuditKey(AUDIT_KEY_URL, audit.credential, TIMEOUT_IN_MS);
  const record = (body: EntryBody): Promise<SignedPlace> =>
    putOnLedger(body, {
      store: audit.openStore(TIMEOUT_IN_MS),
      command: 'audit:erase',
      key,
      timeoutInMs: LEDGER_TIMEOUT_IN_MS,
    });
  // The intent goes on record first, because what is deleted without a record could never be proven.
  const erasure: EntryPlace & { readonly writer: string; readonly time: string } =
    earlier ?? (await record({ kind: 'erasure', subject, reason }));
  const kept = await findKept(storage, subject);
  await deleteKept(storage, subject, kept);
  const areGone = await isGone(storage, subject, kept);
  const counts = { key: kept.key !== undefined, contents: kept.contents.length };
  const { writer, sequence, hash, time } = erasure;
  const erased = areGone
    ? await record({ kind: 'erased', subject, erasure: { writer, sequence, hash }, ...counts })
    : undefined;
  const now = new Date();
  const period = { from: new Date(0), to: new Date(now.getTime() + MINUTE_IN_MS) };
  const report = await createLedgerVerifier(audit).verify(
    { period, graceInMs: GRACE_IN_MS, isLedgerOnly: true },
    new AbortController().signal,
  );
  const proof = {
    version: 2,
    subject,
    reason: earlier?.reason ?? reason,
    erasure: { writer, sequence, hash, time },
    deleted: counts,
    readBackAt: now.toISOString(),
    isGone: areGone,
    ...(erased && { erased }),
    ledger: {
      isIntact: report.isIntact,
      chains: report.chains,
      entries: report.entries,
      signatures: report.signatures,
      findings: report.findings,
    },
  };
  if (values.proof !== undefined) await writeFile(values.proof, `${JSON.stringify(proof, null, 2)}\n`);
  console.log(
    [
      `Erased: ${describeKept(kept)}.`,
      `On the ledger since ${time}: writer ${writer}, sequence ${sequence}, hash ${hash}.`,
      erased
        ? `Read back: neither the key nor any content is there, nor can the key be brought back from storage. The proof is ` +
          `on the ledger: writer ${erased.writer}, sequence ${erased.sequence}, hash ${erased.hash}` +
          (erased.signature ? ', signed by the audit key.' : '; there is no audit key to sign it.')
        : 'Read back: storage still has the key or contents, or a deleted version of the key. Switch soft delete and ' +
          'versioning off for the account, have them removed, and run this again.',
      report.isIntact
        ? `The ledger still verifies: ${report.entries} entries in ${report.chains} chains.`
        : `The ledger does not verify: ${report.findingCount} findings; npm run audit:verify names them.`,
    ].join('\n'),
  );
  if (!areGone || !report.isIntact) process.exitCode = 1;
}

/** Finds the last erasure of a subject that the audit key vouches for; undefined where no key is known. */
async function findEarlier(
  { ledger, credential }: ReturnType<typeof openAudit>,
  { AUDIT_STORAGE_URL: storageUrl, AUDIT_KEY_URL: keyUrl }: ReturnType<typeof readAuditSettings>,
  subject: string,
): ReturnType<typeof findErasure> {
  const { publicKeys } = await openTrustedKeys({ storageUrl, keyUrl, credential });
  return publicKeys && findErasure(ledger, createBelievedReader(ledger, publicKeys), subject);
}

function describeKept({ key, contents }: KeptOfSubject): string {
  return `${key === undefined ? 'no key' : 'the key'} and the contents of ${contents.length} calls`;
}

function readSubject(text: string | undefined): DataSubject {
  const [, identityProvider, objectId] = /^([^/\s]+)\/(.+)$/.exec(text ?? '') ?? [];
  if (identityProvider === undefined || objectId === undefined)
    throw inputInvalid(
      '--subject must be the identity provider’s id and the object id, with a slash between them.',
    );
  return { identityProvider, objectId };
}

function readReason(text: string | undefined): string {
  const reason = text?.trim() ?? '';
  if (reason === '' || reason.length > MAXIMUM_REASON_LENGTH || /\p{Cc}/u.test(reason))
    throw inputInvalid(`--reason must be one line of at most ${MAXIMUM_REASON_LENGTH} characters.`);
  return reason;
}
