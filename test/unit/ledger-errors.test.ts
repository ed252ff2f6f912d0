import { globSync, readFileSync } from 'node:fs';

test('the audit ledger’s commands, bundles and shipping make no other error', () => {
  const files = globSync('packages/audit-ledger/src/{commands,bundles}/*.ts');
  files.push('packages/audit-ledger/src/shipping/ledger-shipping.ts');
  expect(files.length).toBeGreaterThan(10);
  const others = files.filter((file) =>
    /new (?:\w*)Error\(/.test(withoutAuditErrors(readFileSync(file, 'utf8'))),
  );
  expect(others).toEqual([]);
});

function withoutAuditErrors(source: string): string {
  return source.replaceAll('new AuditError(', '');
}
