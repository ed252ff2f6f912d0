import { AuditError } from '../../audit-error.ts';
import type { AuditorKey } from '../../keys/auditor-key.ts';
import type { Period } from '../../time/period.ts';
import type { TreeHead } from '../../transparency-log/log-lines.ts';
import type { VerificationReport } from '../report.ts';
import type { Attestation, AttestedLedger } from './attestation.ts';
import { comparedUntilOf } from '../compared-until.ts';
import { type AttestationNotes, openAttestationWriter } from './attestation-writer.ts';

/** The file of a new attestation, and the auditor's signature. */
interface Attesting {
  readonly file: string;
  readonly sign: NonNullable<AuditorKey['sign']>;
}

/** The verification that is attested. */
interface AttestedVerification extends Pick<Attestation, 'ledger' | 'scope'> {
  readonly period: Period;
  /** The time that records may take to show in Application Insights. */
  readonly graceInMs: number;
  /** The attestation from which the verification goes on. */
  readonly attested: AttestedLedger | undefined;
}

/**
 * Verifies, and writes an attestation if nothing is wrong and nothing was left out. It says nothing of the last hour.
 * @throws AuditError AUDIT_UNAVAILABLE where the transparency log has no head, and what `verify` and the file system throw.
 */
export async function attestAfter(
  { file, sign }: Attesting,
  { ledger, scope, period, graceInMs, attested }: AttestedVerification,
  verify: (
    notes: AttestationNotes,
    onHead: (head: TreeHead | undefined) => void,
  ) => Promise<VerificationReport>,
): Promise<VerificationReport> {
  const writer = await openAttestationWriter(file, sign);
  let head: TreeHead | undefined;
  try {
    const report = await verify(writer, (newest) => (head = newest));
    if (!report.isIntact) return report;
    if (!head)
      throw new AuditError(
        'AUDIT_UNAVAILABLE',
        'The transparency log has no head yet, and without it nothing is attested.',
      );
    const { verifiedAt, from, to } = report;
    const notBefore = new Date(Date.parse(verifiedAt) - graceInMs);
    // Everything that was due once has been compared, also where records are given more time now.
    const comparedUntil =
      [
        comparedUntilOf(period, notBefore).toISOString(),
        attested?.attestation.comparedUntil ?? '',
      ].sort()[1] ?? '';
    const { size, root, time } = head;
    await writer.finish({
      version: 1,
      ledger,
      scope,
      verifiedAt,
      from,
      to,
      comparedUntil,
      head: { size, root, time },
    });
    return report;
  } finally {
    await writer.close();
  }
}
