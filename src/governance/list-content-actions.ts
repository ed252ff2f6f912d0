import type { DirectionPlan, Medium, ProtectionAction, ProtectionPlan } from './protection-plan.ts';

/** An action that a rule plans in one direction: on kinds of values, on media that are refused, or on what services find. */
export interface ContentAction {
  readonly direction: 'request' | 'response';
  readonly action: ProtectionAction;
  /** The kinds that the rule decides. */
  readonly kinds?: readonly string[];
  /** The media that the rule has refused. */
  readonly media?: readonly Medium[];
  /** The names of the services on whose findings the rule decides. */
  readonly services?: readonly string[];
  /** The id of the rule. */
  readonly rule: string;
  readonly reason: string;
}

/** Lists the actions of a plan, those of the request first; an empty list for a call without a plan. */
export function listContentActions(plan: ProtectionPlan | undefined): ContentAction[] {
  return (['request', 'response'] as const).flatMap((direction) => {
    const planned = plan?.[direction];
    return planned
      ? [...listKinds(planned), ...listMedia(planned), ...listServices(planned)].map((one) => ({
          direction,
          ...one,
        }))
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

function listServices({ services }: DirectionPlan): Omit<ContentAction, 'direction'>[] {
  return services.map(({ name, action, rule: { id, reason } }) => ({
    action,
    services: [name],
    rule: id,
    reason,
  }));
}
