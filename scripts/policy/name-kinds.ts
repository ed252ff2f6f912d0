import { GROUPS, KINDS } from '@vertex-ai-gateway/content-detectors/kinds';

/** Names kinds of values for people. All built-in kinds of a group stand as the group, which comes first. */
export function nameKinds(kinds: readonly string[]): string[] {
  const whole = GROUPS.filter((group) => kindsOf(group).every((kind) => kinds.includes(kind)));
  const covered = new Set(whole.flatMap(kindsOf));
  return [...whole, ...kinds.filter((kind) => !covered.has(kind))];
}

function kindsOf(group: string): string[] {
  return Object.entries(KINDS).flatMap(([kind, facts]) => (facts.group === group ? [kind] : []));
}
