import type { Principal } from './call-target.ts';
import type { Access, Residency } from './documents.ts';
import type { PlaceUse } from './judge-place.ts';
import { keysOfPlace, readPlace } from './place.ts';
import type { RuleIndex } from './rule-index.ts';
import { readToolSource, type ToolSource } from './tool-source.ts';
import type { ReachingTool, ToolName } from './tools.ts';

/** What one role may reach besides models, laid out so that a judgement only looks up. */
interface Reach {
  readonly inputs: Set<string>;
  readonly outputs: Set<string>;
  /** By tool, the names of the sources that it may reach. */
  readonly tools: Map<ToolName, Set<string>>;
}

export interface Subject {
  readonly roles: readonly string[];
  /** Rules that keep the holder in locations, of idle roles as well. */
  readonly residency: readonly Residency[];
}

export interface ReachIndex {
  /** Everybody who must be allowed: the caller, and the application that acts for one as well. */
  subjectsOf(principal: Principal): readonly Subject[];
  /** Whether a place, or one that it lies in, is on the lists of any of the roles. */
  isListed(roles: readonly string[], use: PlaceUse, keys: readonly string[]): boolean;
  mayUse(roles: readonly string[], tool: ToolName): boolean;
  mayReach(roles: readonly string[], tool: ToolName, source: ToolSource): boolean;
  readSource(tool: ReachingTool, written: string): ToolSource | undefined;
}

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
  const subjectOf = (roles: readonly string[], idleRoles: readonly string[] = []): Subject => ({
    roles,
    residency: [...roles, ...idleRoles].flatMap((role) => rules.residency.get(role) ?? []),
  });
  const some = (roles: readonly string[], holds: (reach: Reach) => boolean) =>
    roles.some((role) => {
      const reach = reaches.get(role);
      return reach !== undefined && holds(reach);
    });
  return {
    subjectsOf: (principal) => {
      const caller = subjectOf(principal.roles, principal.idleRoles);
      return principal.isDelegated ? [caller, subjectOf(rules.findAgent(principal)?.roles ?? [])] : [caller];
    },
    isListed: (roles, use, keys) => some(roles, (reach) => keys.some((key) => reach[use].has(key))),
    mayUse: (roles, tool) => some(roles, ({ tools }) => tools.has(tool)),
    mayReach: (roles, tool, { name }) => some(roles, ({ tools }) => tools.get(tool)?.has(name) ?? false),
    readSource,
  };
}
