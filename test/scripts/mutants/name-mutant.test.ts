import { nameMutant } from '../../../scripts/mutants/name-mutant.ts';

const SOURCE = ['function f(a: number) {', '  if (a > 1) {', '    return a;', '  }', '}'].join('\n');

function location(startLine: number, startColumn: number, endLine: number, endColumn: number) {
  return { start: { line: startLine, column: startColumn }, end: { line: endLine, column: endColumn } };
}

test('a mutant is named for its line, and for the code before and after it', () => {
  expect(nameMutant(SOURCE, { location: location(1, 6, 1, 11), replacement: 'a >= 1' })).toEqual({
    line: 'if (a > 1) {',
    change: 'a > 1 → a >= 1',
  });
});

test('a change of several lines stands on one', () => {
  expect(nameMutant(SOURCE, { location: location(1, 13, 3, 3), replacement: '{}' }).change).toBe(
    '{ return a; } → {}',
  );
});

test('long code is cut', () => {
  const source = `const text = '${'x'.repeat(200)}';`;
  const { change } = nameMutant(source, { location: location(0, 13, 0, 215), replacement: '""' });
  expect(change).toBe(`'${'x'.repeat(79)}… → ""`);
});

test('a mutant keeps its name when lines above it change', () => {
  const mutation = { location: location(1, 6, 1, 11), replacement: 'true' };
  const below = { location: location(3, 6, 3, 11), replacement: 'true' };
  expect(nameMutant(`\n\n${SOURCE}`, below)).toEqual(nameMutant(SOURCE, mutation));
});
