import type { ApiDefinition, OperationDefinition } from './service-definition.ts';

/** What a request's path matches; `operation` is undefined where only the API does. */
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
  readonly segments: readonly RegExp[];
  readonly names: readonly string[];
  /** Characters that are no parameter: the template with the most of them is tried first. */
  readonly literalLength: number;
}

/**
 * Compiles the operations of a service. Paths are compared segment by segment as they came: nothing is decoded,
 * `%2F` is no slash, `..` is a segment like any other. Literals are compared without regard to case.
 */
export function compileOperations(apis: readonly ApiDefinition[]): MatchOperation {
  const compiled = apis
    .map((api) => ({
      api,
      prefix: api.path === '' ? [] : api.path.toLowerCase().split('/'),
      templates: api.operations.map(compileTemplate).sort((a, b) => b.literalLength - a.literalLength),
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
    for (const { operation, segments: patterns, names } of found.templates) {
      if (operation.method !== method) continue;
      const values = matchSegments(patterns, rest);
      if (!values) continue;
      const parameters = new Map(names.map((name, index) => [name, values[index] ?? '']));
      return { api: found.api, operation, path: suffix, parameters };
    }
    return { api: found.api, operation: undefined, path: suffix, parameters: new Map() };
  };
}

function matchSegments(patterns: readonly RegExp[], segments: readonly string[]): string[] | undefined {
  if (patterns.length !== segments.length) return undefined;
  const values: string[] = [];
  for (const [index, pattern] of patterns.entries()) {
    const match = pattern.exec(segments[index] ?? '');
    if (!match) return undefined;
    values.push(...match.slice(1));
  }
  return values;
}

function compileTemplate(operation: OperationDefinition): Template {
  const names: string[] = [];
  let literalLength = 0;
  const segments = operation.urlTemplate
    .split('/')
    .slice(1)
    .map((segment) => {
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
