import { readReleaseNotes } from '../../../scripts/docs/read-release-notes.ts';

const CHANGELOG = `# Changelog

## [Unreleased]

### Added

- What comes next.

## [0.2.0] - 2026-12-01

### Fixed

- A fault.

## [0.1.1] - 2026-11-30

## [0.1.0] - 2026-11-22

- The beginning.
`;

test('the notes of a tag are the section of its version, without the heading', () => {
  expect(readReleaseNotes(CHANGELOG, 'v0.2.0', '0.2.0')).toBe('### Fixed\n\n- A fault.');
  expect(readReleaseNotes(CHANGELOG, 'v0.1.0', '0.1.0')).toBe('- The beginning.');
});

test.each([
  ['v0.3.0', '0.2.0', 'The tag v0.3.0 is not the version of package.json: set it, or tag v0.2.0.'],
  ['0.2.0', '0.2.0', 'The tag 0.2.0 is not the version of package.json: set it, or tag v0.2.0.'],
  ['v0.2', '0.2', 'CHANGELOG.md has no section "## [0.2] - <day>": name "Unreleased" after it.'],
  ['v0.1.1', '0.1.1', 'The section of CHANGELOG.md for 0.1.1 is empty: say what has changed.'],
])('the tag %s of version %s has no notes', (tag, version, message) => {
  expect(() => readReleaseNotes(CHANGELOG, tag, version)).toThrow(message);
});
