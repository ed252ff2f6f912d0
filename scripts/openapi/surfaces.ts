import { anthropicSurface } from './anthropic-operations.ts';
import { gatewaySurface } from './gateway-operations.ts';
import { openaiSurface } from './openai-operations.ts';
import type { Surface } from './surface.ts';
import { vertexSurface } from './vertex-operations.ts';

/** Every API of the gateway. */
export const SURFACES: readonly Surface[] = [vertexSurface, openaiSurface, anthropicSurface, gatewaySurface];
