/** A link of a Markdown document: where it leads, and the line, from 1 on, that it stands in. */
export interface MarkdownLink {
  readonly target: string;
  readonly line: number;
}

const INLINE_LINK = /\[(?:[^\][]|\[[^\][]*\])*\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)/g;
const REFERENCE = /^ {0,3}\[[^\]]+\]:\s*<?(\S+?)>?(?:\s+"[^"]*")?\s*$/;
const FENCE = /^ *(`{3,}|~{3,})/;
const HEADING = /^ {0,3}#{1,6}\s+(.*?)\s*#*\s*$/;

/**
 * Reads the links of a Markdown document, inline and by reference. Code, fenced or within a line, has none.
 * @param text of the document.
 */
export function readLinks(text: string): MarkdownLink[] {
  return linesOutsideFences(text).flatMap(({ text: line, number }) => {
    const prose = line.replaceAll(/`[^`]*`/g, '');
    const targets = [...prose.matchAll(INLINE_LINK)].map(([, target = '']) => target);
    const [, referenced] = REFERENCE.exec(prose) ?? [];
    return [...targets, ...(referenced === undefined ? [] : [referenced])].map((target) => ({
      target,
      line: number,
    }));
  });
}

/**
 * Reads the paths of this repository that a Markdown document names as code within a line, such as `src/main.ts`.
 * Patterns and placeholders are none.
 * @param folders at the top of the repository, with which such paths begin.
 */
export function readNamedPaths(text: string, folders: readonly string[]): MarkdownLink[] {
  const path = new RegExp(`^(?:${folders.join('|')})/[\\w./-]*$`);
  return linesOutsideFences(text).flatMap(({ text: line, number }) =>
    [...line.matchAll(/`([^`]+)`/g)]
      .map(([, target = '']) => ({ target, line: number }))
      .filter(({ target }) => path.test(target)),
  );
}

/**
 * Reads the anchors that GitHub gives the headings of a Markdown document. A heading that repeats gets a number.
 * @param text of the document.
 */
export function readAnchors(text: string): Set<string> {
  const anchors = new Set<string>();
  for (const { text: line } of linesOutsideFences(text)) {
    const [, heading] = HEADING.exec(line) ?? [];
    if (heading === undefined) continue;
    const anchor = anchorOf(heading);
    let unique = anchor;
    for (let repeat = 1; anchors.has(unique); repeat++) unique = `${anchor}-${repeat}`;
    anchors.add(unique);
  }
  return anchors;
}

/** GitHub keeps letters, digits, hyphens and underscores of a heading's text, and writes spaces as hyphens. */
function anchorOf(heading: string): string {
  return heading
    .replaceAll(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\p{M}_ -]/gu, '')
    .replaceAll(' ', '-');
}

function linesOutsideFences(text: string): { text: string; number: number }[] {
  let fence: string | undefined;
  return text.split('\n').flatMap((line, index) => {
    const [, mark] = FENCE.exec(line) ?? [];
    if (mark === undefined) return fence === undefined ? [{ text: line, number: index + 1 }] : [];
    if (fence === undefined) fence = mark;
    else if (mark.startsWith(fence)) fence = undefined;
    return [];
  });
}
