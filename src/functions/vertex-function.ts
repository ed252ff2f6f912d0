import { vertexDialect } from '../dialects/vertex-dialect.ts';
import type { Predict } from '../prediction/predict.ts';
import { registerSurface } from './register-surface.ts';

/** Registers the surface of Vertex AI's own API. */
export function registerVertexFunction(predict: Predict): void {
  registerSurface(vertexDialect, predict);
}
