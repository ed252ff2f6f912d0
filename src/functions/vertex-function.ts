import { vertexDialect } from '../dialects/vertex-dialect.ts';
import type { Predict } from '../prediction/predict.ts';
import { registerSurface } from './register-surface.ts';

/** The native Vertex AI surface. */
export function registerVertexFunction(predict: Predict): void {
  registerSurface(vertexDialect, predict);
}
