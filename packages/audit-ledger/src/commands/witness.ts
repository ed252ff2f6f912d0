import { parseArgs } from 'node:util';
import { writeFile } from 'node:fs/promises';
import { AuditError } from '../audit-error.ts';
import { inputInvalid } from '../input-invalid.ts';
import { readLogEvidence } from '../verification/log-evidence.ts';
import { readAuditSettings } from './audit-settings.ts';
import { fail } from './fail.ts';
import { openAudit } from './open-audit.ts';

const USAGE = `Usage: npm run audit:witness -- --out FILE

  --out   the file to write: the newest signed head of the transparency log, which vouches for all chains so far

Keep the file where nobody can change it who may change the ledger: a Git tag, another company's storage, paper. Then
npm run audit:verify -- --witness FILE finds a ledger that was rolled back behind it.`;

const CANNOT_WRITE = 2;

/**
 * Runs the command with the arguments of this process, prints, and sets its exit code. Doesn't reject.
 * @param environmentFile where a chain that runs locally describes itself, unless an argument says otherwise.
 */
export async function writeWitness(environmentFile: URL): Promise<void> {
  await writeWitnessOrThrow(environmentFile).catch((error: unknown) => {
    fail('No head was written.', USAGE, error, CANNOT_WRITE);
  });
}

async function writeWitnessOrThrow(environmentFile: URL): Promise<void> {
  const { values } = parseArgs({
    options: {
      out: { type: 'string' },
      'environment-file': { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return;
  }
  const { out } = values;
  if (out === undefined) throw inputInvalid(`--out is missing.\n${USAGE}`);
  const { log, publicKeys } = openAudit(readAuditSettings(values['environment-file'], environmentFile));
  if (!publicKeys) throw inputInvalid('AUDIT_KEY_URL is not set, so that no signature can be checked.');
  const { reading } = await readLogEvidence({ ...log, publicKeys }, { from: new Date(), to: undefined });
  const { newest: head, faultCount } = reading;
  if (faultCount > 0)
    throw new AuditError(
      'AUDIT_UNAVAILABLE',
      'The transparency log is not as it was signed, and such a log is not vouched for: run npm run audit:verify.',
    );
  if (!head) throw new AuditError('AUDIT_UNAVAILABLE', 'The transparency log has no head yet.');
  await writeFile(out, `${JSON.stringify(head)}\n`);
  console.log(`${out} vouches for the ${head.size} leaves that the transparency log had at ${head.time}.`);
}
