import { inputInvalid } from '../input-invalid.ts';
import { parseArgs } from 'node:util';
import { openScanWorkers } from '../verification/scanning/scan-workers.ts';
import type { Scanners } from '../verification/scanning/scanners.ts';
import { createLedgerVerifier } from '../verification/ledger-verifier.ts';
import { readPublicKey } from '../keys/audit-public-keys.ts';
import type { PublicKeys } from '../keys/signature.ts';
import { describeReport } from '../verification/describe-report.ts';
import type { VerificationReport } from '../verification/report.ts';
import { verifyBundle } from '../bundles/verify-bundle.ts';
import type { KeptHeads } from '../verification/log-evidence.ts';
import { readAuditorKey } from '../keys/auditor-key.ts';
import { openAttestation } from '../verification/attestation/open-attestation.ts';
import { attestAfter } from '../verification/attestation/attest-after.ts';
import { readWitness } from './read-witness.ts';
import { readAuditSettings } from './audit-settings.ts';
import { fail } from './fail.ts';
import { readPeriod } from './read-period.ts';

const USAGE = `Usage: npm run audit:verify -- [--from DATE] [--to DATE] [--grace MINUTES] [--retention DAYS]
                               [--ledger-only] [--contents] [--public-key FILE] [--witness FILE|URL] [--json]
                               [--attestation FILE] [--attest FILE] [--auditor-key FILE]
       npm run audit:verify -- --bundle FOLDER [--public-key FILE] [--witness FILE] [--json]

  --from, --to   the period: dates, or instants such as 2026-01-31T12:00:00Z; the last 30 days when left out
  --grace        how long records may take to show in Application Insights; 10, or 0 for what npm start runs
  --retention    the days for which the workspace of Application Insights keeps records; 90
  --ledger-only  leaves Application Insights out: neither its records nor the edge's requests are looked at
  --contents     reads each content of the period, and holds its hash against its record
  --public-key   a PEM file with the audit key's public half, which is believed in place of the vault's; a bundle needs it;
                 once for each key, where the audit key was renewed in the period
  --witness      a file of audit:witness, or the address of a container, in place of AUDIT_WITNESS_URL
  --attest       the file to write when nothing is wrong: the chains that were read to their last entry, signed
  --attestation  such a file of before: its chains are not read where storage has them unchanged; takes the place of --from
  --auditor-key  a PEM file with the auditor's own EC key of the curve P-256, which signs; its public half is enough for
                 --attestation alone
  --bundle       verifies what audit:export wrote, and asks nobody else
  --json         the report as JSON

Ends with 0 when everything was checked and nothing is wrong, 1 when something is wrong or a check was left out, 2 when
it cannot verify.`;

/** Application Insights shows most telemetry within some minutes. */
const DEFAULT_GRACE_IN_MINUTES = 10;
const MAXIMUM_GRACE_IN_MINUTES = 1_440;
/** https://learn.microsoft.com/azure/azure-monitor/logs/data-retention-configure: from four days to twelve years. */
const RETENTION_BOUNDS = [4, 4_383] as const;
const CANNOT_VERIFY = 2;

interface LiveArguments {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly grace?: string | undefined;
  readonly retention?: string | undefined;
  readonly 'ledger-only': boolean;
  readonly contents: boolean;
  readonly attest?: string | undefined;
  readonly attestation?: string | undefined;
  readonly 'auditor-key'?: string | undefined;
  /** The value of `--environment-file`. */
  readonly namedFile: string | undefined;
  readonly environmentFile: URL;
}

/** The things that an auditor knows from elsewhere, and trusts in place of what the settings say. */
interface TrustedByAuditor {
  readonly publicKeys: PublicKeys | undefined;
  readonly witness: Awaited<ReturnType<typeof readWitness>>;
}

/**
 * Runs the command with the arguments of this process, prints, and sets its exit code. Doesn't reject.
 * @param environmentFile where a chain that runs locally describes itself, unless an argument says otherwise.
 */
export async function verify(environmentFile: URL): Promise<void> {
  await verifyOrThrow(environmentFile).catch((error: unknown) => {
    fail('The ledger cannot be verified.', USAGE, error, CANNOT_VERIFY);
  });
}

async function verifyOrThrow(environmentFile: URL): Promise<void> {
  const { values } = parseArgs({
    options: {
      from: { type: 'string' },
      to: { type: 'string' },
      grace: { type: 'string' },
      retention: { type: 'string' },
      'ledger-only': { type: 'boolean', default: false },
      contents: { type: 'boolean', default: false },
      bundle: { type: 'string' },
      'public-key': { type: 'string', multiple: true },
      witness: { type: 'string' },
      attest: { type: 'string' },
      attestation: { type: 'string' },
      'auditor-key': { type: 'string' },
      json: { type: 'boolean', default: false },
      'environment-file': { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return;
  }
  const { bundle, 'public-key': keyFiles } = values;
  const { attest, attestation, 'auditor-key': auditorKey } = values;
  const ofLive = [values.from, values.to, values.grace, values.retention, attest, attestation, auditorKey];
  const isOfLive = values['ledger-only'] || values.contents || ofLive.some((value) => value !== undefined);
  if (bundle !== undefined && isOfLive)
    throw inputInvalid(
      'A bundle is verified as a whole: --from, --to, --grace, --retention, --ledger-only, --contents, --attest, --attestation and --auditor-key do not go with --bundle.',
    );
  const trusted = keyFiles && (await Promise.all(keyFiles.map(readKeyFile)));
  const publicKeys = trusted && (() => Promise.resolve(trusted));
  const witness = await readWitness(values.witness);
  const live = { ...values, namedFile: values['environment-file'], environmentFile };
  const report = await withScanners((scanners) =>
    bundle === undefined
      ? verifyLive(live, { publicKeys, witness }, scanners)
      : verifyBundle(bundle, { publicKeys, witness: headOf(witness), scanners, now: new Date() }),
  );
  console.log(values.json ? JSON.stringify(report, null, 2) : describeReport(report));
  process.exitCode = report.isIntact ? 0 : 1;
}

async function verifyLive(
  live: LiveArguments,
  { publicKeys, witness }: TrustedByAuditor,
  scanners: Scanners,
): Promise<VerificationReport> {
  const { from, to, grace, retention, 'ledger-only': isLedgerOnly, namedFile, environmentFile } = live;
  const now = new Date();
  const asked = readPeriod({ from, to }, now);
  const given = readNumber('--grace', grace, 0, MAXIMUM_GRACE_IN_MINUTES, 'minutes');
  const retentionInDays = readNumber('--retention', retention, ...RETENTION_BOUNDS, 'days');
  const settings = readAuditSettings(namedFile, environmentFile);
  const scope = isLedgerOnly ? 'ledger' : 'ledger-and-application-insights';
  const ledger = settings.AUDIT_STORAGE_URL;
  const { attested, attesting } = await readAttesting(live, { ledger, scope, now });
  const period = attested ? readPeriod({ from: attested.attestation.from, to }, now) : asked;
  if (attested && period.to < new Date(attested.attestation.to))
    throw inputInvalid(`--to is before ${attested.attestation.to}, up to which the ledger is attested.`);
  const minutes = given ?? (settings.isLocal ? 0 : DEFAULT_GRACE_IN_MINUTES);
  // The packages of Azure are loaded here, because verifying a bundle needs none of them.
  const { openAudit } = await import('./open-audit.ts');
  const { openTrustedKeys } = await import('../keys/trusted-keys.ts');
  const isContainer = witness instanceof URL;
  const dependencies = openAudit({
    ...settings,
    areContentsRead: live.contents,
    ...(isContainer && { AUDIT_WITNESS_URL: witness.href }),
  });
  const log = { ...dependencies.log, ...(witness && !isContainer && { witness }) };
  const { AUDIT_STORAGE_URL: storageUrl, AUDIT_KEY_URL: keyUrl } = settings;
  const trusted = publicKeys
    ? { publicKeys }
    : await openTrustedKeys({ storageUrl, keyUrl, credential: dependencies.credential });
  const verifier = createLedgerVerifier({ ...dependencies, log, ...trusted, scanners });
  const request = { period, graceInMs: minutes * 60_000, retentionInDays, isLedgerOnly, attested };
  const { signal } = new AbortController();
  if (!attesting) return verifier.verify(request, signal);
  return attestAfter(attesting, { ledger, scope, ...request }, (notes, onHead) =>
    verifier.verify({ ...request, notes, onHead }, signal),
  );
}

/** Reads the attestation from which a verification goes on, and what is needed to write another. */
async function readAttesting(
  { from, attest, attestation, 'auditor-key': keyFile }: LiveArguments,
  request: Parameters<typeof openAttestation>[2],
) {
  if (attest === undefined && attestation === undefined) return {};
  if (keyFile === undefined) throw inputInvalid('--attest and --attestation need --auditor-key.');
  if (from !== undefined && attestation !== undefined)
    throw inputInvalid(
      '--from does not go with --attestation, which says from when on the ledger was verified.',
    );
  const key = await readAuditorKey(keyFile);
  if (attest !== undefined && !key.sign)
    throw inputInvalid(
      '--attest needs the private key of the auditor, and --auditor-key holds a public one.',
    );
  const attested = attestation === undefined ? undefined : await openAttestation(attestation, key, request);
  const attesting = attest === undefined || !key.sign ? undefined : { file: attest, sign: key.sign };
  return { attested, attesting };
}

/** Verifies with scanners on threads of their own, and closes them after that. */
async function withScanners(
  verifyBy: (scanners: Scanners) => Promise<VerificationReport>,
): Promise<VerificationReport> {
  const scanners = openScanWorkers();
  try {
    return await verifyBy(scanners);
  } finally {
    await scanners.close();
  }
}

function headOf(witness: TrustedByAuditor['witness']): KeptHeads | undefined {
  if (witness instanceof URL)
    throw inputInvalid('A bundle is verified without asking anybody: --witness must name a file then.');
  return witness;
}

function readNumber(
  option: string,
  text: string | undefined,
  least: number,
  most: number,
  unit: string,
): number | undefined {
  if (text === undefined) return undefined;
  const number = Number(text);
  if (text.trim() === '' || !(number >= least && number <= most))
    throw inputInvalid(`${option} must be a number of ${unit} from ${least} to ${most}.`);
  return number;
}

async function readKeyFile(file: string): Promise<Awaited<ReturnType<typeof readPublicKey>>> {
  const key = await readPublicKey(file).catch(() => undefined);
  if (key?.kty !== 'RSA') throw inputInvalid('--public-key must name a PEM file with an RSA key.');
  return key;
}
