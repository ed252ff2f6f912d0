import type { Binding, FunctionMetadata } from './messages.ts';
import { parseRouteTemplate, type RouteTemplate, type RouteValues } from './route-template.ts';

/** A function with an HTTP trigger, as the host routes to it. */
export interface HttpFunction {
  readonly name: string;
  /** The full route template, with the prefix. */
  readonly route: string;
  readonly methods: ReadonlySet<string>;
  /** True when a caller needs a key. */
  readonly needsKey: boolean;
  readonly template: RouteTemplate;
}

/**
 * Route prefixes that the host reserves. `administrators` begins with one of them and is refused too, as in the real
 * host.
 */
const RESERVED = ['admin', 'runtime'];

/**
 * Lists the functions in the order in which the host tries them: alphabetical, case-insensitive.
 * @throws Error that names the function, for a template that the host refuses and for what this host doesn't support.
 */
export function prepareFunctions(
  registered: readonly FunctionMetadata[],
  routePrefix: string,
): HttpFunction[] {
  const functions = registered.map((one) => prepare(one, routePrefix));
  functions.sort((a, b) => compare(a.name.toLowerCase(), b.name.toLowerCase()));
  return functions;
}

/** Finds the first function that takes this method and decoded path, with its route values. */
export function findFunction(
  functions: readonly HttpFunction[],
  method: string,
  path: string,
): { found: HttpFunction; values: RouteValues } | undefined {
  for (const found of functions) {
    const values = found.methods.has(method) ? found.template.match(path) : undefined;
    if (values) return { found, values };
  }
  return undefined;
}

function prepare({ name, bindings }: FunctionMetadata, routePrefix: string): HttpFunction {
  const refuse = (problem: string): never => {
    throw new Error(`Function "${name}": ${problem}.`);
  };
  const entries = Object.entries(bindings);
  const trigger = entries.find(([, { type }]) => type?.toLowerCase() === 'httptrigger')?.[1];
  if (!trigger) return refuse('the local host supports HTTP and timer triggers only');
  const output = bindings.$return;
  if (entries.length !== 2 || output?.type?.toLowerCase() !== 'http')
    return refuse('the local host supports no further inputs and outputs');
  const authLevel = readText(trigger, 'authLevel') ?? 'function';
  if (authLevel !== 'anonymous' && authLevel !== 'function')
    return refuse(`authLevel "${authLevel}" is not supported by the local host`);
  const route = readText(trigger, 'route') ?? name;
  if (RESERVED.some((prefix) => route.toLowerCase().startsWith(prefix)))
    return refuse(`route "${route}" conflicts with one or more built-in routes`);
  const full = routePrefix === '' ? route : `${routePrefix}/${route}`;
  return {
    name,
    route: full,
    methods: readMethods(trigger),
    needsKey: authLevel === 'function',
    template: parse(route, full, refuse),
  };
}

function parse(route: string, full: string, refuse: (problem: string) => never): RouteTemplate {
  try {
    // The route is also checked without its prefix: after one, a leading slash would pass as an empty segment.
    parseRouteTemplate(route);
    return parseRouteTemplate(full);
  } catch (error) {
    return refuse(`route "${route}": ${error instanceof Error ? error.message : String(error)}`);
  }
}

function readMethods(trigger: Binding): ReadonlySet<string> {
  const methods = trigger.methods;
  return new Set(Array.isArray(methods) ? methods.map((method) => String(method).toUpperCase()) : []);
}

function readText(binding: Binding, name: string): string | undefined {
  const value = binding[name];
  return typeof value === 'string' ? value : undefined;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
