import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isNode, LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import { Access, Catalog } from './documents.ts';
import { createGovernance, type Governance, resourceKey } from './governance.ts';

/** Thrown at start for a governance document that can't be used. The message gives file, line and column. */
export class GovernanceDocumentError extends Error {
  constructor(file: string, line: number, column: number, problem: string) {
    super(`${file}:${line}:${column}: ${problem}`);
    this.name = 'GovernanceDocumentError';
  }
}

/**
 * Loads `catalog.yaml` and `access.yaml` from a directory; never writes them.
 * @throws GovernanceDocumentError for the first thing wrong: syntax, schema, a grant on an entry that doesn't exist.
 */
export function loadGovernance(directory: string): Governance {
  const catalog = readDocument(join(directory, 'catalog.yaml'), Catalog);
  const access = readDocument(join(directory, 'access.yaml'), Access);
  catalog.refuseDuplicates(
    catalog.value.entries.map(({ name }) => name),
    'entries',
    'name',
  );
  catalog.refuseDuplicates(catalog.value.entries.map(resourceKey), 'entries');
  access.refuseDuplicates(
    access.value.grants.map(({ id }) => id),
    'grants',
    'id',
  );
  const names = new Set(catalog.value.entries.map(({ name }) => name));
  access.value.grants.forEach((grant, grantIndex) => {
    grant.entries.forEach((entry, entryIndex) => {
      if (names.has(entry)) return;
      access.refuse(
        ['grants', grantIndex, 'entries', entryIndex],
        `"${entry}" is not in the catalog, which has: ${[...names].join(', ')}.`,
      );
    });
  });
  const policyVersion = createHash('sha256')
    .update(catalog.text)
    .update('\0')
    .update(access.text)
    .digest('hex');
  return createGovernance(catalog.value, access.value, policyVersion);
}

function readDocument<Schema extends z.ZodType>(file: string, schema: Schema) {
  const text = readFileSync(file, 'utf8');
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const syntaxError = document.errors[0];
  if (syntaxError) {
    const { line, col } = lines.linePos(syntaxError.pos[0]);
    throw new GovernanceDocumentError(
      file,
      line,
      col,
      syntaxError.message.split('\n')[0] ?? 'not valid YAML',
    );
  }
  const refuse = (path: readonly PropertyKey[], problem: string): never => {
    const { line, col } = lines.linePos(offsetOf(document, path));
    const place = path.length > 0 ? `${path.map(String).join('.')}: ` : '';
    throw new GovernanceDocumentError(file, line, col, `${place}${problem}`);
  };
  const parsed = schema.safeParse(toValue(document, refuse));
  if (!parsed.success) {
    const { path, message } = innermost(parsed.error.issues[0]);
    return refuse(path, message);
  }
  return {
    text,
    value: parsed.data,
    refuse,
    refuseDuplicates(values: readonly string[], ...[list, ...field]: [string, ...string[]]): void {
      const index = values.findIndex((value, position) => values.indexOf(value) !== position);
      if (index >= 0) refuse([list, index, ...field], `"${values[index] ?? ''}" is there twice.`);
    },
  };
}

/** Aliases are resolved only here; one without an anchor, or a bomb of them, fails. */
function toValue(
  document: ReturnType<typeof parseDocument>,
  refuse: (path: readonly PropertyKey[], problem: string) => never,
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
function offsetOf(document: ReturnType<typeof parseDocument>, path: readonly PropertyKey[]): number {
  for (let depth = path.length; depth >= 0; depth -= 1) {
    const node: unknown = document.getIn(path.slice(0, depth), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return 0;
}
