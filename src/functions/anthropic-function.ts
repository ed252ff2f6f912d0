import { anthropicDialect } from '../dialects/anthropic-dialect.ts';
import type { AnswerQuestion } from '../questions/answer-question.ts';
import type { Predict } from '../prediction/predict.ts';
import { registerSurface } from './register-surface.ts';

/**
 * Registers the surface on which Anthropic's own clients call Claude. The gateway itself answers a GET, without a call to
 * Google.
 */
export function registerAnthropicFunction(predict: Predict, answerQuestion: AnswerQuestion): void {
  registerSurface(anthropicDialect, (call, reply) =>
    call.method === 'GET' ? answerQuestion(call, reply) : predict(call, reply),
  );
}
