import type { Principal } from './call-target.ts';
import type { ReachIndex, RoleHolder } from './reach-index.ts';
import type { ToolSource } from './tool-source.ts';
import { isReaching, TOOLS, type ToolName } from './tools.ts';

/**
 * - `outside-residency`: a residency rule binds the caller, and no vendor promises that the tool or a source stays
 *   there.
 * - `source-not-allowed`: the caller may use the tool, but not with each of the sources.
 * - `source-malformed`: the tool cannot reach such a source.
 */
export type ToolVerdict =
  'allowed' | 'not-allowed' | 'outside-residency' | 'source-not-allowed' | 'source-malformed';

/** A tool that a call gives to a model. */
export interface ToolUse {
  readonly tool: ToolName;
  /** Full names or addresses that the tool shall reach; empty for a tool without sources. */
  readonly sources: readonly string[];
  /** The location that serves the call. */
  readonly location: string;
}

/** Stands for locations that no vendor names. No residency rule lists it. */
const ANYWHERE = '*';

const MULTI_REGIONS: ReadonlySet<string> = new Set(['us', 'eu']);

/**
 * Judges if a caller may give a model a tool. Residency wins. Otherwise deny by default: tool rules of the caller's
 * roles must list the tool and each of its sources. For an application that acts for a person, rules of the
 * application's roles must list them too.
 */
export function judgeTool(index: ReachIndex, principal: Principal, use: ToolUse): ToolVerdict {
  const { tool } = use;
  const sources: ToolSource[] = [];
  for (const written of use.sources) {
    const source = isReaching(tool) ? index.readSource(tool, written) : undefined;
    if (!source) return 'source-malformed';
    sources.push(source);
  }
  const holders = index.holdersOf(principal);
  const destinations = destinationsOf(tool, use.location, sources);
  if (!holders.every((holder) => isInside(holder, destinations))) return 'outside-residency';
  if (!holders.every(({ roles }) => index.mayUse(roles, tool))) return 'not-allowed';
  if (!isReaching(tool)) return 'allowed';
  const areListed = holders.every(({ roles }) =>
    sources.every((source) => index.mayReach(roles, tool, source)),
  );
  return areListed && sources.length > 0 ? 'allowed' : 'source-not-allowed';
}

/**
 * Lists where a tool works on a prompt besides the location of the call: the locations of its sources, and `*` for all
 * that no vendor names.
 */
export function listDestinations(index: ReachIndex, { tool, sources, location }: ToolUse): string[] {
  const read = isReaching(tool) ? sources.map((source) => index.readSource(tool, source)) : [];
  return [...new Set(destinationsOf(tool, location, read))];
}

/** Judges if residency rules let a caller's prompts go to each of the destinations of `listDestinations`. */
export function maySendTo(index: ReachIndex, principal: Principal, destinations: readonly string[]): boolean {
  return index.holdersOf(principal).every((holder) => isInside(holder, destinations));
}

/**
 * True if each destination is in the locations of every residency rule of the holder. The location of the call itself is
 * not judged here, because the decision about the call has judged it.
 */
function isInside({ residency }: RoleHolder, destinations: readonly string[]): boolean {
  return residency.every(({ locations }) => destinations.every((one) => locations.includes(one)));
}

function destinationsOf(
  tool: ToolName,
  location: string,
  sources: readonly (ToolSource | undefined)[],
): string[] {
  const ofSources = sources.map((source) => source?.location ?? ANYWHERE);
  return staysIn(tool, location) ? ofSources : [ANYWHERE, ...ofSources];
}

/** True if the vendor promises to work on the tool's input in the location of the call. Sources are judged apart. */
function staysIn(tool: ToolName, location: string): boolean {
  const { home } = TOOLS[tool];
  return home === 'multi-region' ? MULTI_REGIONS.has(location) : home !== 'anywhere';
}
