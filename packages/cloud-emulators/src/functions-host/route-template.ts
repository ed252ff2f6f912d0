import { type RouteConstraint, routeConstraint } from './route-constraints.ts';

/** Route values by name, decoded except `%2F`. A parameter that the path leaves out is absent. */
export type RouteValues = Record<string, string>;

/** A parsed route template. `match` takes a decoded path that starts with a slash. */
export interface RouteTemplate {
  match(path: string): RouteValues | undefined;
}

interface Parameter {
  readonly name: string;
  readonly catchAll: boolean;
  readonly optional: boolean;
  readonly default: string | undefined;
  readonly constraints: readonly RouteConstraint[];
}

type Segment = readonly (string | Parameter)[];

/**
 * Parses a template of ASP.NET Core's routing: literals, `{p}`, `{p?}`, `{p=value}`, `{a}.{b}`, `{*rest}`,
 * `{p:constraint}`. Literals are case-insensitive; a trailing slash of the path is ignored, except in `{*rest}`.
 * @throws Error that says what is wrong with the template.
 * Source: https://learn.microsoft.com/aspnet/core/fundamentals/routing#route-templates
 */
export function parseRouteTemplate(template: string): RouteTemplate {
  if (template.startsWith('/')) throw new Error('a route template does not start with "/"');
  const segments = template === '' ? [] : parseSegments(template);
  const parameters = segments.flat().filter((part) => typeof part !== 'string');
  const names = parameters.map(({ name }) => name.toLowerCase());
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new Error(`parameter "${twice}" occurs twice`);
  const pattern = toRegExp(segments);
  return {
    match(path) {
      const matched = pattern.exec(path);
      return matched ? readValues(parameters, matched) : undefined;
    },
  };
}

function readValues(parameters: readonly Parameter[], matched: RegExpExecArray): RouteValues | undefined {
  const values: RouteValues = {};
  for (const [index, parameter] of parameters.entries()) {
    const captured = matched[index + 1];
    const value = captured === undefined || captured === '' ? parameter.default : captured;
    if (value === undefined) continue;
    if (!parameter.constraints.every((allows) => allows(value))) return undefined;
    values[parameter.name] = value;
  }
  return values;
}

/** Builds the expression of a template. Optional segments at its end are left out from the last one on. */
function toRegExp(segments: readonly Segment[]): RegExp {
  let pattern = '';
  let mayEnd = true;
  for (const segment of segments.toReversed()) {
    const [only] = segment;
    const parameter = segment.length === 1 && typeof only === 'object' ? only : undefined;
    mayEnd &&=
      parameter !== undefined &&
      (parameter.catchAll || parameter.optional || parameter.default !== undefined);
    const own = segment.map((part) =>
      typeof part === 'string' ? part.replace(/[\\^$.*+?()[\]{}|-]/g, '\\$&') : capture(part),
    );
    pattern = mayEnd ? `(?:/${own.join('')}${pattern})?` : `/${own.join('')}${pattern}`;
  }
  const endsInCatchAll = segments.at(-1)?.some((part) => typeof part === 'object' && part.catchAll) ?? false;
  return new RegExp(`^${pattern}${endsInCatchAll ? '' : '/?'}$`, 'is');
}

function capture(parameter: Parameter): string {
  return parameter.catchAll ? '(.*)' : '([^/]+)';
}

function parseSegments(template: string): Segment[] {
  const segments: (string | Parameter)[][] = [[]];
  let rest = template;
  while (rest !== '') {
    const current = segments.at(-1) ?? [];
    if (rest.startsWith('/')) {
      if (current.length === 0) throw new Error('it has an empty segment');
      segments.push([]);
      rest = rest.slice(1);
    } else if (rest.startsWith('{') && !rest.startsWith('{{')) {
      const [whole, inner = ''] = /^\{((?:[^{}]|\{\{|\}\})*)\}/.exec(rest) ?? [];
      if (whole === undefined) throw new Error('a "{" has no "}"');
      if (typeof current.at(-1) === 'object') throw new Error('two parameters need a literal between them');
      current.push(parseParameter(unescapeBraces(inner)));
      rest = rest.slice(whole.length);
    } else {
      const [literal = ''] = /^(?:[^{}/]|\{\{|\}\})+/.exec(rest) ?? [];
      if (literal === '') throw new Error('a "}" has no "{"');
      current.push(unescapeBraces(literal));
      rest = rest.slice(literal.length);
    }
  }
  if (segments.at(-1)?.length === 0) segments.pop();
  checkSegments(segments);
  return segments;
}

function checkSegments(segments: readonly Segment[]): void {
  for (const [index, segment] of segments.entries()) {
    const last = index === segments.length - 1;
    for (const part of segment) {
      if (typeof part === 'string') continue;
      if (part.catchAll && (!last || segment.length > 1))
        throw new Error(`catch-all parameter "${part.name}" is not the whole last segment`);
      if (part.optional && segment.length > 1)
        throw new Error(`optional parameter "${part.name}" beside a literal is not supported`);
    }
  }
}

function parseParameter(text: string): Parameter {
  const [whole, stars = '', name = '', constraints = '', optional, value] =
    /^(\*{0,2})([A-Za-z_][\w-]*)((?::[A-Za-z]+(?:\(.*?\)(?=[:=?]|$))?)*)(?:(\?)|=(.*))?$/s.exec(text) ?? [];
  if (whole === undefined) throw new Error(`"{${text}}" is not a parameter`);
  return {
    name,
    catchAll: stars !== '',
    optional: optional !== undefined,
    default: value,
    constraints: [...constraints.matchAll(/:([A-Za-z]+(?:\(.*?\)(?=:|$))?)/gs)].map(([, constraint = '']) => {
      const known = routeConstraint(constraint);
      if (!known) throw new Error(`constraint "${constraint}" is not supported`);
      return known;
    }),
  };
}

function unescapeBraces(text: string): string {
  return text.replaceAll('{{', '{').replaceAll('}}', '}');
}
