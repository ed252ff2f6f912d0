import { findAgent } from './principals.ts';
import type { Principal } from './call-target.ts';
import type { Access, Residency } from './documents.ts';
import type { PlaceUse } from './judge-place.ts';
import { keysOfPlace, readPlace } from './place.ts';
import type { RuleIndex } from './rule-index.ts';
import { readToolSource, type ToolSource } from './tool-source.ts';
import type { ReachingTool, ToolName } from './tools.ts';

/** The places and tools that one role may use. */
interface Reach {
  readonly inputs: Set<string>;
  readonly outputs: Set<string>;
  /** Names of the sources by tool; an empty set for a tool that has no sources. */
  readonly tools: Map<ToolName, Set<string>>;
}

/** A holder of roles: the caller, or the application that acts for one. */
export interface RoleHolder {
  readonly roles: readonly string[];
  /** The residency rules that bind the holder, those of idle roles included. */
  readonly residency: readonly Residency[];
}

/** The storage and tool rules of the access document, indexed by role. */
export interface ReachIndex {
  /** Lists everybody who must be allowed: the caller, and the application if it acts for a person. */
  holdersOf(principal: Principal): readonly RoleHolder[];
  /**
   * Tells if one of the roles lists a place, or one that contains it.
   * @param keys the place's, of `keysOfPlace`.
   */
  isListed(roles: readonly string[], use: PlaceUse, keys: readonly string[]): boolean;
  /** Tells if one of the roles lists a tool. */
  mayUse(roles: readonly string[], tool: ToolName): boolean;
  /** Tells if one of the roles lists a source for a tool. */
  mayReach(roles: readonly string[], tool: ToolName, source: ToolSource): boolean;
  /** Reads the full name or address of a source; undefined if the tool cannot reach it. */
  readSource(tool: ReachingTool, written: string): ToolSource | undefined;
}

/** Indexes the rules of an access document that has been checked. */
export function indexReach(access: Access, rules: RuleIndex): ReachIndex {
  const readSource = (tool: ReachingTool, written: string) =>
    readToolSource(tool, written, rules.idOfProject);
  const reaches = new Map<string, Reach>();
  const reachOf = (role: string): Reach => {
    const reach = reaches.get(role) ?? { inputs: new Set(), outputs: new Set(), tools: new Map() };
    reaches.set(role, reach);
    return reach;
  };
  for (const rule of access.storage) {
    for (const role of rule.roles) {
      for (const use of ['inputs', 'outputs'] as const) {
        for (const uri of rule[use]) {
          const place = readPlace(uri);
          if (place?.isPattern === false) reachOf(role)[use].add(keysOfPlace(place).at(-1) ?? '');
        }
      }
    }
  }
  for (const { roles, use, reach } of access.tools) {
    for (const role of roles) {
      const { tools } = reachOf(role);
      for (const tool of use) tools.set(tool, new Set());
      for (const [name, sources = []] of Object.entries(reach)) {
        const tool = name as ReachingTool;
        const names = tools.get(tool) ?? new Set();
        tools.set(tool, names);
        for (const source of sources) names.add(readSource(tool, source)?.name ?? source);
      }
    }
  }
  const holderOf = (roles: readonly string[], idleRoles: readonly string[] = []): RoleHolder => ({
    roles,
    residency: [...roles, ...idleRoles].flatMap((role) => rules.residency.get(role) ?? []),
  });
  const some = (roles: readonly string[], holds: (reach: Reach) => boolean) =>
    roles.some((role) => {
      const reach = reaches.get(role);
      return reach !== undefined && holds(reach);
    });
  return {
    holdersOf: (principal) => {
      const caller = holderOf(principal.roles, principal.idleRoles);
      if (!principal.isDelegated) return [caller];
      return [caller, holderOf(findAgent(access, principal)?.roles ?? [])];
    },
    isListed: (roles, use, keys) => some(roles, (reach) => keys.some((key) => reach[use].has(key))),
    mayUse: (roles, tool) => some(roles, ({ tools }) => tools.has(tool)),
    mayReach: (roles, tool, { name }) => some(roles, ({ tools }) => tools.get(tool)?.has(name) ?? false),
    readSource,
  };
}
