import { anthropicDialect } from '../dialects/anthropic-dialect.ts';
import type { Predict } from '../prediction/predict.ts';
import { registerSurface } from './register-surface.ts';

/** Registers the surface on which Anthropic's own clients call Claude. */
export function registerAnthropicFunction(predict: Predict): void {
  registerSurface(anthropicDialect, predict);
}
