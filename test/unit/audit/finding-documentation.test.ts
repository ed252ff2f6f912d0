import { readFileSync } from 'node:fs';
import { VerificationFinding } from '@vertex-ai-gateway/audit-ledger/verification';

test('docs/audit.md says what to do for each kind of finding', () => {
  const [, table = ''] =
    /\n\| finding +\|[^\n]*\n([^]*?)\n\n/.exec(readFileSync('docs/audit.md', 'utf8')) ?? [];
  const documented = table.split('\n').flatMap((row) => /(?<=^\| `)[^`]+(?=`)/.exec(row) ?? []);
  expect(documented).toEqual(VerificationFinding.shape.kind.options);
});
