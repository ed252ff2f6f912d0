import type { Governance } from '../../src/governance/governance.ts';
import { describeAccessChanges } from './describe-access-changes.ts';
import { describeProtectionChanges } from './describe-protection-changes.ts';
import { describeDocumentChanges } from './describe-document-changes.ts';

/** Describes every difference between two versions of the documents, first for callers and then by document. */
export function describeChanges(before: Governance, after: Governance, format: 'text' | 'markdown'): string {
  const access = describeAccessChanges(before, after);
  const documents = describeDocumentChanges(before.documents, after.documents);
  const content = describeProtectionChanges(before, after);
  if (access.length + documents.length === 0) return 'Nothing changes for anybody.';
  return [
    writeSection('Who can call what', access.length > 0 ? access : ['Nobody gains or loses access.'], format),
    ...(content.length > 0 ? [writeSection('What happens to content', content, format)] : []),
    ...(documents.length > 0 ? [writeSection('What the documents say', documents, format)] : []),
  ].join('\n\n');
}

function writeSection(title: string, sentences: readonly string[], format: 'text' | 'markdown'): string {
  if (format === 'text') return [title, ...sentences.map((sentence) => `  ${sentence}`)].join('\n');
  return [`### ${title}`, '', ...sentences.map((sentence) => `- ${sentence}`)].join('\n');
}
