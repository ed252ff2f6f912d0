/** The length of a text, in characters, within which the names of tools are looked for. */
const NAMES_WITHIN = 256 * 1024;
/** The length of an input, in characters, that a text may give. */
const MAXIMUM_INPUT = 64 * 1024;

/** A tool that a text asks for. */
export interface AskedTool<Tool> {
  readonly tool: Tool;
  /** The input that stands behind the tool's name; undefined when the text leaves it to the model. */
  readonly input?: object;
}

/**
 * Finds the tools that a text asks for: those whose names are words of it, in the order of the tools. A JSON object behind
 * the name is the input that the tool gets, as in `Read {"file_path": "notes.txt"}`. A long text is looked through in its
 * first 256 Ki characters.
 */
export function findAskedTools<Tool extends { readonly name: string }>(
  text: string,
  tools: readonly Tool[],
): AskedTool<Tool>[] {
  const ends = new Map<string, number>();
  for (const { 0: word, index } of text.slice(0, NAMES_WITHIN).matchAll(/[A-Za-z0-9_.:-]+/g)) {
    // A stop or a colon behind a name is not of the name.
    const name = word.replace(/[.:-]+$/, '');
    if (!ends.has(name)) ends.set(name, index + name.length);
  }
  return tools.flatMap((tool) => {
    const end = ends.get(tool.name);
    if (end === undefined) return [];
    const input = readInput(text.slice(end, end + MAXIMUM_INPUT));
    return [{ tool, ...(input && { input }) }];
  });
}

/** Reads the JSON object at the beginning of a text; undefined when there is none. */
function readInput(text: string): object | undefined {
  const [opening] = /^:?\s*\{/.exec(text) ?? [];
  if (opening === undefined) return undefined;
  const json = text.slice(opening.length - 1);
  try {
    return JSON.parse(json.slice(0, endOfObject(json))) as object;
  } catch {
    // The braces hold something else.
    return undefined;
  }
}

/** Returns the position behind the brace that closes the first one. */
function endOfObject(json: string): number {
  let depth = 0;
  for (const { 0: token, index } of json.matchAll(/"(?:[^"\\]|\\.)*"|[{}]/g)) {
    if (token === '{') depth += 1;
    if (token === '}') depth -= 1;
    if (depth === 0) return index + 1;
  }
  return json.length;
}
