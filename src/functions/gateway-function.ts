import { gatewayDialect } from '../dialects/gateway-dialect.ts';
import type { AnswerQuestion } from '../questions/answer-question.ts';
import { registerSurface } from './register-surface.ts';

/** What the gateway says about itself: who one is to it, what one may use, and why. */
export function registerGatewayFunction(answerQuestion: AnswerQuestion): void {
  registerSurface(gatewayDialect, answerQuestion);
}
