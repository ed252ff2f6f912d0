import { readFile } from 'node:fs/promises';
import { inputInvalid } from '../input-invalid.ts';
import { parseTreeHead } from '../transparency-log/log-lines.ts';
import { type KeptHeads, keepHead } from '../verification/log-evidence.ts';

/**
 * Reads the value of `--witness`: the address of a container, or a file with one head.
 * @throws AuditError AUDIT_INPUT_INVALID for a file that can't be read or holds no head.
 */
export async function readWitness(value: string | undefined): Promise<KeptHeads | URL | undefined> {
  if (value === undefined) return undefined;
  if (value.startsWith('https://')) return new URL(value);
  const head = parseTreeHead(await readFile(value, 'utf8').catch(() => ''));
  if (!head)
    throw inputInvalid(
      '--witness must name a file that audit:witness wrote, or the https address of a container.',
    );
  return keepHead(head);
}
