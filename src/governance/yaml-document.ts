import { readFileSync } from 'node:fs';
import { isNode, LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { describeIssue } from '../errors/describe-issue.ts';
import { suggest } from './suggest.ts';

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

/**
 * Of a union, what is wrong with the alternative that fits best, and of a record, with its key: "Invalid input" alone
 * helps nobody.
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

/** A document is its author's own: it may be told what it says, and what it may have meant. */
function describeProblem(issue: z.core.$ZodRawIssue): string | undefined {
  const { input } = issue;
  if (issue.code === 'invalid_value' && typeof input === 'string')
    return `"${input}" is none of those that there are. ${suggest(input, issue.values.map(String))}`;
  if (issue.code === 'unrecognized_keys') {
    const known = issue.inst instanceof z.ZodObject ? Object.keys(issue.inst.shape) : [];
    return `nothing of this name may stand here. ${suggest(issue.keys[0] ?? '', known)}`;
  }
  return describeIssue(issue);
}

/** Where the deepest node on the path that exists starts. */
function offsetOf(document: ReturnType<typeof parseDocument>, path: Path): number {
  for (let depth = path.length; depth >= 0; depth -= 1) {
    const node: unknown = document.getIn(path.slice(0, depth), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return 0;
}
