/**
 * Reads the notes of a release: the section of the changelog for its version, without the heading.
 * @param changelog in the form of https://keepachangelog.com/en/1.1.0/.
 * @param tag of the release, the version with a `v` before it.
 * @param version of the package, which the tag must name.
 * @throws Error with a sentence for a tag of another version, and for a version without notes.
 */
export function readReleaseNotes(changelog: string, tag: string, version: string): string {
  if (tag !== `v${version}`)
    throw new Error(`The tag ${tag} is not the version of package.json: set it, or tag v${version}.`);
  const [, ...sections] = changelog.split(/^## /m);
  const section = sections.find((text) => text.startsWith(`[${version}] - `));
  if (section === undefined)
    throw new Error(`CHANGELOG.md has no section "## [${version}] - <day>": name "Unreleased" after it.`);
  const notes = section.slice(section.indexOf('\n')).trim();
  if (notes === '')
    throw new Error(`The section of CHANGELOG.md for ${version} is empty: say what has changed.`);
  return notes;
}
