import type { AuthorizedCall } from './decide.ts';
import type { PlannedService } from './protection-plan.ts';

/**
 * The operation in which Vertex AI itself has prompts and answers screened by Model Armor.
 * https://cloud.google.com/security-command-center/docs/model-armor-vertex-integration
 */
export const INSIDE_OPERATION = 'generateContent';

/**
 * True when Vertex AI screens the call by the service's template, so that the service need not be asked before. It can only
 * block, in whole answers of Google's own models.
 */
export function isScreenedInside(
  { type, action }: Pick<PlannedService, 'type' | 'action'>,
  { operation, resource }: Pick<AuthorizedCall, 'operation' | 'resource'>,
): boolean {
  return (
    type === 'modelArmor' &&
    action === 'block' &&
    operation === INSIDE_OPERATION &&
    resource.kind === 'model' &&
    resource.publisher === 'google'
  );
}
