import type { DirectionPlan, Medium, ProtectionAction, ProtectionPlan } from './protection-plan.ts';

/** An action that a rule plans in one direction, on kinds of values or on media that are refused. */
export interface ContentAction {
  readonly direction: 'request' | 'response';
  readonly action: ProtectionAction;
  /** The kinds that the rule decides; left out for media. */
  readonly kinds?: readonly string[];
  /** The media that the rule has refused; left out for kinds. */
  readonly media?: readonly Medium[];
  /** The id of the rule. */
  readonly rule: string;
  readonly reason: string;
}

/** Lists the actions of a plan, those of the request first; an empty list for a call without a plan. */
export function listContentActions(plan: ProtectionPlan | undefined): ContentAction[] {
  return (['request', 'response'] as const).flatMap((direction) => {
    const planned = plan?.[direction];
    return planned
      ? [...listKinds(planned), ...listMedia(planned)].map((one) => ({ direction, ...one }))
      : [];
  });
}

function listKinds({ kinds }: DirectionPlan): Omit<ContentAction, 'direction'>[] {
  const byRule = Map.groupBy(kinds, ([, { rule }]) => rule.id);
  return [...byRule].flatMap(([rule, group]) => {
    const [first] = group;
    if (!first) return [];
    const { action, rule: decided } = first[1];
    return [{ action, kinds: group.map(([kind]) => kind), rule, reason: decided.reason }];
  });
}

function listMedia({ refusedMedia }: DirectionPlan): Omit<ContentAction, 'direction'>[] {
  const byRule = Map.groupBy(refusedMedia, ([, { id }]) => id);
  return [...byRule].map(([rule, group]) => ({
    action: 'block',
    media: group.map(([medium]) => medium),
    rule,
    reason: group[0]?.[1].reason ?? '',
  }));
}
