import { openAiDialect } from '../dialects/openai-dialect.ts';
import type { AnswerQuestion } from '../questions/answer-question.ts';
import type { Predict } from '../prediction/predict.ts';
import { registerSurface } from './register-surface.ts';

/** Models as OpenAI's clients call them. What they GET is told by the gateway itself, without a call to Google. */
export function registerOpenAiFunction(predict: Predict, answerQuestion: AnswerQuestion): void {
  registerSurface(openAiDialect, (call, reply) =>
    call.method === 'GET' ? answerQuestion(call, reply) : predict(call, reply),
  );
}
