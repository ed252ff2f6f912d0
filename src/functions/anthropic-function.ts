import { anthropicDialect } from '../dialects/anthropic-dialect.ts';
import type { Predict } from '../prediction/predict.ts';
import { registerSurface } from './register-surface.ts';

/** Claude as Anthropic's own clients call it. */
export function registerAnthropicFunction(predict: Predict): void {
  registerSurface(anthropicDialect, predict);
}
