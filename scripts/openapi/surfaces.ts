import { gatewaySurface } from './gateway-operations.ts';
import type { Surface } from './surface.ts';
import { vertexSurface } from './vertex-operations.ts';

/** Every API of the gateway. */
export const SURFACES: readonly Surface[] = [vertexSurface, gatewaySurface];
