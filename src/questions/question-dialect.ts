import type { DialectRequest, ErrorDialect } from '../prediction/dialect.ts';
import type { Question } from './question.ts';

/** Reads questions to the gateway itself, in its own dialect or in one that has such questions too. */
export interface QuestionDialect extends ErrorDialect {
  readonly name: 'gateway' | 'openai';
  /**
   * @throws GatewayError INVALID_PATH, PAYLOAD_TOO_LARGE, INVALID_JSON, INVALID_REQUEST, OPERATION_NOT_FOUND,
   *   OPERATION_NOT_SERVED.
   */
  readQuestion(request: DialectRequest): Question | Promise<Question>;
}
