import { readFileSync } from 'node:fs';
import { isNode, LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { describeIssue } from '../errors/describe-issue.ts';
import { suggest } from './suggest.ts';

/** Thrown at start for a governance document that cannot be used. The message gives file, line and column. */
export class GovernanceDocumentError extends Error {
  constructor(file: string, line: number, column: number, problem: string) {
    super(`${file}:${line}:${column}: ${problem}`);
    this.name = 'GovernanceDocumentError';
  }
}

/** Keys and indexes from the root of a document to one of its nodes. */
export type Path = readonly PropertyKey[];

/** A document that its schema accepts. */
export interface YamlDocument<Value> {
  readonly text: string;
  readonly value: Value;
  /** @throws GovernanceDocumentError with the line and column of the node at the path, or of its nearest ancestor. */
  refuse(path: Path, problem: string): never;
}

/** Reads and validates one YAML file. @throws GovernanceDocumentError for the first problem. */
export function readYamlDocument<Schema extends z.ZodType>(
  file: string,
  schema: Schema,
): YamlDocument<z.infer<Schema>> {
  const text = readText(file);
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
  if (syntaxError)
    fail(syntaxError.pos[0], syntaxError.message.replace(/ at line \d+, column \d+:?[^]*$/, '.'));
  const parsed = schema.safeParse(toValue(document, refuse), { error: describeProblem });
  if (parsed.success) return { text, value: parsed.data, refuse };
  const { path, message } = innermost(parsed.error.issues[0]);
  return refuse(path, message);
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw new GovernanceDocumentError(file, 1, 1, 'there is no such file, or it cannot be read.');
  }
}

/** Resolves aliases. An alias without an anchor, and too many aliases, are refused. */
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

/**
 * Finds the most specific problem, because zod's "Invalid input" alone helps nobody. A union's is that of the
 * alternative that fits best; a record's is that of its key.
 */
function innermost(issue: z.core.$ZodIssue | undefined): { path: PropertyKey[]; message: string } {
  if (!issue) return { path: [], message: 'not valid' };
  if (issue.code === 'unrecognized_keys')
    return { path: [...issue.path, ...issue.keys.slice(0, 1)], message: issue.message };
  if (issue.code === 'invalid_key') return { ...innermost(issue.issues[0]), path: issue.path };
  if (issue.code !== 'invalid_union') return issue;
  const [best] = issue.errors.toSorted((one, other) => one.length - other.length);
  if (!best?.[0]) return issue;
  const { path, message } = innermost(best[0]);
  return { path: [...issue.path, ...path], message };
}

/**
 * Describes a problem to the document's author. Unlike errors for callers, it repeats the value and suggests another.
 */
function describeProblem(issue: z.core.$ZodRawIssue): string | undefined {
  const { input } = issue;
  if (issue.code === 'invalid_value' && typeof input === 'string')
    return `"${input}" is not one of the allowed values. ${suggest(input, issue.values.map(String))}`;
  if (issue.code === 'unrecognized_keys') {
    const known = issue.inst instanceof z.ZodObject ? Object.keys(issue.inst.shape) : [];
    return `this name is not allowed here. ${suggest(issue.keys[0] ?? '', known)}`;
  }
  return describeIssue(issue);
}

/** Offset of the deepest node on the path that exists. */
function offsetOf(document: ReturnType<typeof parseDocument>, path: Path): number {
  for (let depth = path.length; depth >= 0; depth -= 1) {
    const node: unknown = document.getIn(path.slice(0, depth), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return 0;
}
