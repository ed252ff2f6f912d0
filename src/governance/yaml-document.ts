import { readFileSync } from 'node:fs';
import { isNode, LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';

/** Thrown at start for a governance document that can't be used. The message gives file, line and column. */
export class GovernanceDocumentError extends Error {
  constructor(file: string, line: number, column: number, problem: string) {
    super(`${file}:${line}:${column}: ${problem}`);
    this.name = 'GovernanceDocumentError';
  }
}

export type Path = readonly PropertyKey[];

/** A document that fulfils its schema, with the means to refuse a part of it by its place. */
export interface YamlDocument<Value> {
  readonly text: string;
  readonly value: Value;
  refuse(path: Path, problem: string): never;
}

/** Reads and validates one YAML file; never writes it. @throws GovernanceDocumentError for the first thing wrong. */
export function readYamlDocument<Schema extends z.ZodType>(
  file: string,
  schema: Schema,
): YamlDocument<z.infer<Schema>> {
  const text = readFileSync(file, 'utf8');
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const fail = (offset: number, problem: string): never => {
    const { line, col } = lines.linePos(offset);
    throw new GovernanceDocumentError(file, line, col, problem);
  };
  const refuse = (path: Path, problem: string): never => {
    const place = path.length > 0 ? `${path.map(String).join('.')}: ` : '';
    return fail(offsetOf(document, path), `${place}${problem}`);
  };
  const syntaxError = document.errors[0];
  if (syntaxError) fail(syntaxError.pos[0], syntaxError.message.split('\n')[0] ?? 'not valid YAML');
  const parsed = schema.safeParse(toValue(document, refuse));
  if (parsed.success) return { text, value: parsed.data, refuse };
  const { path, message } = innermost(parsed.error.issues[0]);
  return refuse(path, message);
}

/** Aliases are resolved only here; one without an anchor, or a bomb of them, fails. */
function toValue(
  document: ReturnType<typeof parseDocument>,
  refuse: (path: Path, problem: string) => never,
): unknown {
  try {
    return document.toJS();
  } catch (error) {
    return refuse([], error instanceof Error ? error.message : 'not valid YAML');
  }
}

/** Of a union, what is wrong with the alternative that fits best: "Invalid input" alone helps nobody. */
function innermost(issue: z.core.$ZodIssue | undefined): { path: PropertyKey[]; message: string } {
  if (!issue) return { path: [], message: 'not valid' };
  if (issue.code !== 'invalid_union') return issue;
  const [best] = issue.errors.toSorted((one, other) => one.length - other.length);
  if (!best?.[0]) return issue;
  const { path, message } = innermost(best[0]);
  return { path: [...issue.path, ...path], message };
}

/** Where the deepest node on the path that exists starts. */
function offsetOf(document: ReturnType<typeof parseDocument>, path: Path): number {
  for (let depth = path.length; depth >= 0; depth -= 1) {
    const node: unknown = document.getIn(path.slice(0, depth), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return 0;
}
