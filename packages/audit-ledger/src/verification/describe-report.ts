import type { VerificationReport } from './report.ts';

/** Writes a report as text for people, without control characters. */
export function describeReport(report: VerificationReport): string {
  const { findings, findingCount, notChecked, notRead = [] } = report;
  const hidden = findingCount - findings.length;
  return [
    describeOutcome(report),
    ...findings.map(({ message }) => `  - ${printable(message)}`),
    ...(hidden > 0 ? [`  - … and ${hidden.toLocaleString('en')} more.`] : []),
    '',
    ...describeCounts(report),
    ...notChecked.map((sentence) => `Not checked: ${sentence}`),
    ...notRead.map((sentence) => `Not read: ${sentence}`),
  ].join('\n');
}

const SCOPES: Readonly<Record<VerificationReport['scope'], string>> = {
  'ledger-and-application-insights': 'the ledger and Application Insights',
  ledger: 'the ledger alone, without Application Insights',
  bundle: 'the bundle alone',
};

/** Writes the first line: the outcome and the scope. */
function describeOutcome({ isIntact, findingCount, notChecked, scope }: VerificationReport): string {
  const verified = `Verified: ${SCOPES[scope]}.`;
  if (isIntact) return `Nothing is wrong. ${verified}`;
  if (findingCount > 0) return `${count(findingCount, 'thing is', 'things are')} wrong. ${verified}`;
  return `Not verified, though nothing was found wrong: ${count(notChecked.length, 'check was', 'checks were')} left out. Asked for: ${SCOPES[scope]}.`;
}

function describeCounts(report: VerificationReport): string[] {
  const { from, to, chains, parts, entries, young, openings, closings, unverified, open, unshipped } = report;
  const { anchors, signatures, unsigned, comparedRecords, requests, recordedRequests } = report;
  return [
    `Period: ${from} to ${to}.`,
    `Ledger: ${count(chains, 'chain', 'chains')} of ${count(parts, 'part', 'parts')} with ${count(entries, 'entry', 'entries')}` +
      `${young > 0 ? `, ${young.toLocaleString('en')} of them in chains too young to be vouched for` : ''}; ` +
      `${count(openings, 'opening', 'openings')} and ${count(closings, 'closing', 'closings')}` +
      `${open > 0 ? `, ${count(open, 'call', 'calls')} perhaps still running` : ''}.`,
    `Anchors: ${count(anchors, 'anchor', 'anchors')}; ${count(signatures, 'signature fits', 'signatures fit')}, ` +
      `${count(unsigned, 'checkpoint is', 'checkpoints are')} unsigned.`,
    ...describeAttested(report),
    ...describeLog(report),
    ...(comparedRecords === undefined
      ? []
      : [
          `Application Insights: ${count(comparedRecords, 'record', 'records')} held against the ledger` +
            `${unshipped > 0 ? `; ${count(unshipped, 'record', 'records')} still to be shipped` : ''}.`,
        ]),
    ...(unverified === 0
      ? []
      : [
          `Outside: ${count(unverified, 'call', 'calls')} of the function app did not show that API Management made them; they are counted, and no records.`,
        ]),
    ...(requests === undefined
      ? []
      : [
          `Edge: ${count(requests, 'request', 'requests')} and ${count(recordedRequests ?? 0, 'record', 'records')} in the period.`,
        ]),
  ];
}

function describeAttested(report: VerificationReport): string[] {
  const { attestedAt, attestedChains, attestedEntries = 0, readAgain = 0 } = report;
  if (attestedAt === undefined || attestedChains === undefined) return [];
  return [
    `Attested at ${attestedAt}: ${count(attestedChains, 'further chain', 'further chains')} with ${count(attestedEntries, 'entry', 'entries')}, ` +
      `unchanged in storage and not read; ${count(readAgain, 'attested chain was', 'attested chains were')} read again.`,
  ];
}

function describeLog({ leaves, treeHeads, witnessedHeads }: VerificationReport): string[] {
  if (leaves === undefined || treeHeads === undefined) return [];
  const witnessed =
    witnessedHeads === undefined ? '' : `; the witness has ${witnessedHeads.toLocaleString('en')} of them`;
  return [
    `Transparency log: ${count(leaves, 'head of a chain', 'heads of chains')} under ${count(treeHeads, 'signed head', 'signed heads')}${witnessed}.`,
  ];
}

/** Replaces control characters: names that others chose could move a terminal's cursor with them. */
function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}]/gu, '\u{fffd}');
}

function count(number: number, one: string, many: string): string {
  return `${number.toLocaleString('en')} ${number === 1 ? one : many}`;
}
