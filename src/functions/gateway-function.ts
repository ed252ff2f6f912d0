import { gatewayDialect } from '../dialects/gateway-dialect.ts';
import type { AnswerQuestion } from '../questions/answer-question.ts';
import { registerSurface } from './register-surface.ts';

/** Registers the gateway's own endpoints: the caller's identity, models, decisions, usage and records. */
export function registerGatewayFunction(answerQuestion: AnswerQuestion): void {
  registerSurface(gatewayDialect, answerQuestion);
}
