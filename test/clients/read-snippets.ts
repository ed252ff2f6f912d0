/** A block of code in a document. */
export interface Snippet {
  /** The heading above it, and its number below that heading. */
  readonly name: string;
  readonly language: 'js' | 'sh';
  readonly code: string;
}

/** The fenced blocks of a Markdown document that can be run. */
export function readSnippets(markdown: string): Snippet[] {
  return markdown.split(/^## /m).flatMap((section) => {
    const heading = section.split('\n', 1)[0] ?? '';
    return [...section.matchAll(/^```(js|sh)\n(.*?)^```$/gms)].map(([, language, code = ''], index) => ({
      name: `${heading} ${index + 1}`,
      language: language as 'js' | 'sh',
      code,
    }));
  });
}
