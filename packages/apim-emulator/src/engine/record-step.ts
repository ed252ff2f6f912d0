import type { StepPlace } from './journey.ts';
import type { Action } from './policy-step.ts';

/** Returns an action that leaves a step on the exchange's journey. */
export function recordStep(place: StepPlace, action: Action): Action {
  return (exchange) => {
    const { journey } = exchange;
    if (!journey) return action(exchange);
    const step = journey.enter(place);
    let pending: Promise<void> | undefined;
    try {
      pending = action(exchange);
    } catch (error) {
      journey.leave(step, error);
      throw error;
    }
    if (!pending) {
      journey.leave(step);
      return undefined;
    }
    return pending.then(
      () => journey.leave(step),
      (error: unknown) => {
        journey.leave(step, error);
        throw error;
      },
    );
  };
}
