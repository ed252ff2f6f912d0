import { VerificationReport } from '../verification/report.ts';
import { type BundleFiles, parse, readText, wrongFile } from './bundle-files.ts';
import { type BundleManifest, REPORT_FILE } from './bundle-manifest.ts';

/**
 * Checks what the bundle's own report says of the verification when it was made: that nothing was wrong then, for the
 * period of the manifest, and of no more chains and entries than the bundle has. The report must be there.
 * @param found what verifying the bundle has found. Counts are compared where nothing is wrong.
 */
export async function checkOwnReport(
  files: BundleFiles,
  { from, to }: BundleManifest,
  found: Pick<VerificationReport, 'chains' | 'entries' | 'findingCount'>,
): Promise<void> {
  const { findings } = files;
  const add = (message: string) => findings.push(wrongFile(REPORT_FILE, message));
  const text = await readText(files, REPORT_FILE);
  if (text === undefined) {
    add(`The bundle has no ${REPORT_FILE}.`);
    return;
  }
  const report = parse(VerificationReport, text, REPORT_FILE, files);
  if (!report) return;
  if (report.from !== from || report.to !== to)
    add(`The file ${REPORT_FILE} is of another period than the bundle.`);
  const isMore = report.chains > found.chains || report.entries > found.entries;
  if (isMore && findings.length + found.findingCount === 0)
    add(`The file ${REPORT_FILE} counts more chains or entries than the bundle has.`);
  if (report.findingCount > 0 || report.findings.length > 0)
    add(`When the bundle was made, its ledger was found wrong: ${REPORT_FILE} says what.`);
  else if (!report.isIntact)
    add(`When the bundle was made, its ledger was not verified: ${REPORT_FILE} says what was left out.`);
}
