import type { PlannedService } from '../governance/protection-plan.ts';
import type { Answer } from '../prediction/answer.ts';
import type { Finding } from '../prediction/finding.ts';

/** The reason for which Vertex AI blocks a prompt, and ends an answer, that Model Armor has found something in. */
const BLOCKED = 'MODEL_ARMOR';
const PROMPT_FEEDBACK = '"promptFeedback"';

/**
 * Notes what Model Armor has found inside Vertex AI, which answers with the reason alone.
 * @param services those that screen the prompt and the answer; undefined for none.
 */
export function noteScreenedInside(
  answer: Answer,
  [ofRequest, ofResponse]: readonly (PlannedService | undefined)[],
  note: (finding: Finding) => void,
): void {
  if (answer.kind !== 'whole' || answer.facts.finishReason !== BLOCKED) return;
  const isPrompt = Buffer.from(answer.body).includes(PROMPT_FEEDBACK);
  const service = isPrompt ? ofRequest : ofResponse;
  if (!service) return;
  note({
    kind: 'model_armor',
    direction: isPrompt ? 'request' : 'response',
    action: 'block',
    detector: service.name,
    count: 1,
  });
}
