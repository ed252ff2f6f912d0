import type { ApiDefinition, OperationDefinition } from './service-definition.ts';

/** The match of a request's path; `operation` is undefined where only the API matches. */
export interface Match {
  readonly api: ApiDefinition;
  readonly operation: OperationDefinition | undefined;
  /** The path after the API's own, byte for byte, with its leading slash. */
  readonly path: string;
  /** The values of the template's parameters as they stand in the path. */
  readonly parameters: ReadonlyMap<string, string>;
}

/** Finds the API and the operation of a request; undefined when there is no API at that path. */
export type MatchOperation = (method: string, path: string) => Match | undefined;

interface Template {
  readonly operation: OperationDefinition;
  /** The patterns of the path's segments, in order. */
  readonly segments: readonly RegExp[];
  readonly names: readonly string[];
  /** The number of characters outside parameters: the template with the most is tried first. */
  readonly literalLength: number;
}

/**
 * Compiles the operations of a service. Paths are compared segment by segment as they came: nothing is decoded,
 * `%2F` is no slash, `..` is a segment like any other. Literals are compared without regard to case. A slash at the end
 * makes no difference, and is forwarded:
 * https://github.com/MicrosoftDocs/azure-docs/commit/5801a64d0a3f3f620c5c5e4a44d94063bd8f4d57
 */
export function compileOperations(apis: readonly ApiDefinition[]): MatchOperation {
  const compiled = apis
    .map((api) => ({
      api,
      prefix: api.path === '' ? [] : api.path.toLowerCase().split('/'),
      templates: Map.groupBy(
        api.operations.map(compileTemplate).sort((a, b) => b.literalLength - a.literalLength),
        ({ operation, segments }) => templateKey(operation.method, segments.length),
      ),
    }))
    .sort((a, b) => b.prefix.length - a.prefix.length);
  return (method, path) => {
    const segments = path.split('/').slice(1);
    const found = compiled.find(({ prefix }) =>
      prefix.every((part, index) => segments[index]?.toLowerCase() === part),
    );
    if (!found) return undefined;
    const rest = segments.slice(found.prefix.length);
    const suffix = rest.length === 0 ? '' : `/${rest.join('/')}`;
    const compared = withoutLastSlash(rest);
    for (const { operation, segments: patterns, names } of found.templates.get(
      templateKey(method, compared.length),
    ) ?? []) {
      const values = matchSegments(patterns, compared);
      if (!values) continue;
      const parameters = new Map(names.map((name, index) => [name, values[index] ?? '']));
      return { api: found.api, operation, path: suffix, parameters };
    }
    return { api: found.api, operation: undefined, path: suffix, parameters: new Map() };
  };
}

function withoutLastSlash(segments: readonly string[]): readonly string[] {
  return segments.length > 1 && segments.at(-1) === '' ? segments.slice(0, -1) : segments;
}

function templateKey(method: string, segments: number): string {
  return `${method} ${segments}`;
}

function matchSegments(patterns: readonly RegExp[], segments: readonly string[]): string[] | undefined {
  const values: string[][] = [];
  // From the last segment on, in which the operations on a resource differ.
  for (let index = patterns.length - 1; index >= 0; index -= 1) {
    const match = patterns[index]?.exec(segments[index] ?? '');
    if (!match) return undefined;
    values.unshift(match.slice(1));
  }
  return values.flat();
}

function compileTemplate(operation: OperationDefinition): Template {
  const names: string[] = [];
  let literalLength = 0;
  const segments = withoutLastSlash(operation.urlTemplate.split('/').slice(1)).map((segment) => {
    const source = segment.split(/(\{[^}]+\})/).map((part) => {
      if (part.startsWith('{')) {
        names.push(part.slice(1, -1));
        return '(.+)';
      }
      literalLength += part.length;
      return part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    });
    return new RegExp(`^${source.join('')}$`, 'i');
  });
  return { operation, segments, names, literalLength };
}
