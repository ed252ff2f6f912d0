import { openAiDialect } from '../dialects/openai-dialect.ts';
import type { AnswerQuestion } from '../questions/answer-question.ts';
import type { Predict } from '../prediction/predict.ts';
import { registerSurface } from './register-surface.ts';

/**
 * Registers the surface on which OpenAI's clients call models. The gateway itself answers a GET, without a call to Google.
 */
export function registerOpenAiFunction(predict: Predict, answerQuestion: AnswerQuestion): void {
  registerSurface(openAiDialect, (call, reply) =>
    call.method === 'GET' ? answerQuestion(call, reply) : predict(call, reply),
  );
}
