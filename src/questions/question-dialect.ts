import type { DialectRequest, ErrorDialect } from '../prediction/dialect.ts';
import type { Question } from './question.ts';

/** A dialect in which the gateway is asked about itself: its own, or another one with such questions. */
export interface QuestionDialect extends ErrorDialect {
  readonly name: 'gateway' | 'openai' | 'anthropic';
  /**
   * Reads a question. Other calls get their turn while a long body is read.
   * @throws GatewayError INVALID_PATH, PAYLOAD_TOO_LARGE, INVALID_JSON, INVALID_REQUEST, OPERATION_NOT_FOUND.
   */
  readQuestion(request: DialectRequest): Question | Promise<Question>;
}
