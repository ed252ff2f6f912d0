import { existsSync, readFileSync } from 'node:fs';
import { SourceMap, type SourceMapPayload } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Profiler } from 'node:inspector';

/** The time of one place of the code, in microseconds. */
export interface PlaceTime {
  /** A folder of `src/` or of the audit ledger, a package, or one of the profiler's own names such as the garbage collector. */
  readonly place: string;
  /** The time in its own functions. */
  readonly selfInUs: number;
  /** The same, with the time in functions of Node that they call. */
  readonly withNodeInUs: number;
}

const NODE = 'node';
const IDLE = '(idle)';

/**
 * Sums a CPU profile by place, the longest first. Positions in a bundle are read through the source maps beside it.
 * @param root the folder that paths of the sources are relative to.
 */
export function sumProfile(
  { nodes, samples = [], timeDeltas = [] }: Profiler.Profile,
  root: string,
): PlaceTime[] {
  const sources = new Sources(root);
  const times = new Map<number, number>();
  for (const [index, id] of samples.entries()) times.set(id, (times.get(id) ?? 0) + (timeDeltas[index] ?? 0));
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const sums = new Map<string, { selfInUs: number; withNodeInUs: number }>();
  const sumOf = (place: string) => {
    const sum = sums.get(place) ?? { selfInUs: 0, withNodeInUs: 0 };
    sums.set(place, sum);
    return sum;
  };
  const visit = (id: number, caller: string): void => {
    const node = byId.get(id);
    if (!node) return;
    const place = sources.placeOf(node.callFrame);
    const charged = place === NODE ? caller : place;
    const time = times.get(id) ?? 0;
    sumOf(place).selfInUs += time;
    sumOf(charged).withNodeInUs += time;
    for (const child of node.children ?? []) visit(child, charged);
  };
  const [top] = nodes;
  if (top) visit(top.id, NODE);
  return [...sums]
    .map(([place, sum]) => ({ place, ...sum }))
    .filter(({ place }) => place !== IDLE && place !== '(root)')
    .sort((one, other) => other.withNodeInUs - one.withNodeInUs);
}

/** Finds the sources of functions in bundles. */
class Sources {
  readonly #root: string;
  readonly #maps = new Map<string, SourceMap | undefined>();

  constructor(root: string) {
    this.#root = root;
  }

  placeOf({
    functionName,
    url,
    lineNumber,
    columnNumber,
  }: Profiler.Profile['nodes'][number]['callFrame']): string {
    if (!url.startsWith('file:')) return functionName.startsWith('(') ? functionName : NODE;
    const file = fileURLToPath(url);
    const entry = this.#mapOf(file)?.findEntry(lineNumber, columnNumber);
    const source = entry && 'originalSource' in entry ? join(dirname(file), entry.originalSource) : file;
    return nameOf(relative(this.#root, source));
  }

  #mapOf(file: string): SourceMap | undefined {
    const known = this.#maps.has(file);
    if (!known) {
      const map = `${file}.map`;
      const payload = existsSync(map)
        ? (JSON.parse(readFileSync(map, 'utf8')) as SourceMapPayload)
        : undefined;
      this.#maps.set(file, payload && new SourceMap(payload));
    }
    return this.#maps.get(file);
  }
}

/** Names the place of a source by its path: the package, or the folder within `src/` or within a package's `src/`. */
function nameOf(path: string): string {
  // Some packages are bundles themselves, and name their sources by `webpack:`.
  const installed = /.*(?:node_modules|webpack:)\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1];
  if (installed !== undefined) return installed;
  return /^(?:packages\/[^/]+\/)?src\/[^/]+/.exec(path)?.[0] ?? path;
}
