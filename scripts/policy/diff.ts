import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Governance } from '../../src/governance/governance.ts';
import { loadGovernance } from '../../src/governance/load-governance.ts';
import { describeAccessChanges } from './describe-access-changes.ts';
import { describeDocumentChanges } from './describe-document-changes.ts';
import { loadRevision } from './load-revision.ts';
import { printOrFail } from './print-or-fail.ts';

const USAGE = 'Usage: npm run policy:diff -- REVISION [--markdown]';
const PROJECT = join(import.meta.dirname, '..', '..');

/** Says what a change of the governance documents since a git revision lets in and shuts out. */
function run(): string {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { markdown: { type: 'boolean', default: false } },
  });
  const [revision, ...more] = positionals;
  if (revision === undefined || more.length > 0) throw new Error(USAGE);
  return describe(
    loadRevision(PROJECT, revision),
    loadGovernance(join(PROJECT, 'governance')),
    values.markdown,
  );
}

function describe(before: Governance, after: Governance, isMarkdown: boolean): string {
  const access = describeAccessChanges(before, after);
  const documents = describeDocumentChanges(before.documents, after.documents);
  if (access.length + documents.length === 0) return 'Nothing changes for anybody.';
  return [
    section('Who can call what', access.length > 0 ? access : ['Nobody gains or loses access.'], isMarkdown),
    ...(documents.length > 0 ? [section('What the documents say', documents, isMarkdown)] : []),
  ].join('\n\n');
}

function section(title: string, sentences: readonly string[], isMarkdown: boolean): string {
  if (isMarkdown) return [`### ${title}`, '', ...sentences.map((sentence) => `- ${sentence}`)].join('\n');
  return [title, ...sentences.map((sentence) => `  ${sentence}`)].join('\n');
}

printOrFail(run, USAGE);
