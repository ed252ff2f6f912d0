import type { Exchange } from '../engine/exchange.ts';
import { PolicyFailure } from '../engine/policy-failure.ts';
import type { PolicyValue } from '../engine/policy-value.ts';
import { withBudget } from '@vertex-ai-gateway/csharp-expressions/budget';
import { JsonArray, JsonObject, JsonValue } from '@vertex-ai-gateway/csharp-expressions/values/json-token';
import type { Section } from './policy.ts';

const ACTIONS = ['ignore', 'prevent', 'detect'] as const;

/** The policy's action on a message that isn't as specified. */
export type ValidationAction = (typeof ACTIONS)[number];

/** The attribute that chooses the action of a validation. */
export const ACTION_RULE = { oneOf: ACTIONS } as const;

/** One error of a validation policy, in the terms of the page below. */
export interface ValidationError {
  readonly name: string;
  readonly type: string;
  readonly rule: string;
  /** "Not meant to be shared publicly." */
  readonly details: string;
  /** The text for the client; the same as `details` when left out. */
  readonly answer?: string;
  readonly action: ValidationAction;
}

/** "Does not leak implementation details": for whatever isn't the client's own. */
export const INTERNAL_ANSWER =
  'The request could not be processed due to an internal error. Contact the API owner.';

/**
 * Notes errors in the variable of the policy, and ends the pipeline where one of them is to be prevented.
 * Source: https://learn.microsoft.com/azure/api-management/validate-content-policy#validation-errors
 * @throws {PolicyFailure} 400 for a request, 502 for a response.
 */
export function reportErrors(
  exchange: Exchange,
  section: Section,
  variable: string | undefined,
  errors: readonly ValidationError[],
): void {
  const counted = errors.filter(({ action }) => action !== 'ignore');
  if (counted.length === 0) return;
  if (variable !== undefined) exchange.variables.set(variable, asTokens(counted));
  const prevented = counted.find(({ action }) => action === 'prevent');
  if (!prevented) return;
  const isRequest = section === 'inbound';
  throw new PolicyFailure({
    reason: isRequest ? 'Bad request' : 'Response not allowed',
    message: prevented.details,
    status: isRequest ? 400 : 502,
    answer: isRequest ? (prevented.answer ?? prevented.details) : INTERNAL_ANSWER,
  });
}

/** Reads the action that an attribute says, which may be an expression. @throws {PolicyFailure} for anything else. */
export function readAction(value: PolicyValue, exchange: Exchange): ValidationAction {
  const text = value.text(exchange).trim();
  const action = ACTIONS.find((one) => one === text);
  if (action) return action;
  const message = `An action must be one of ${ACTIONS.join(', ')}.`;
  throw new PolicyFailure({ reason: 'InternalError', message, status: 500 });
}

function asTokens(errors: readonly ValidationError[]): JsonArray {
  return withBudget(() =>
    JsonArray.of(
      errors.map(({ name, type, rule, details, action }) => {
        const token = new JsonObject();
        token.set('Name', new JsonValue(name));
        token.set('Type', new JsonValue(type));
        token.set('ValidationRule', new JsonValue(rule));
        token.set('Details', new JsonValue(details));
        token.set('Action', new JsonValue(action));
        return token;
      }),
    ),
  );
}
