import type { DetectorDefinition } from '@vertex-ai-gateway/content-detectors/own';
import type { CreateDetectors } from './create-protection.ts';

/**
 * Returns a function that creates detectors. Their code is loaded with the first plan that needs it, that of own detectors
 * only where there are any.
 * @param own the deployment's own detectors, which have been checked.
 */
export function loadDetectors(own: readonly DetectorDefinition[] = []): CreateDetectors {
  return async ({ kinds }) => {
    const { createDetectors } = await import('@vertex-ai-gateway/content-detectors/detectors');
    const asked = own.filter(({ name }) => kinds.has(name));
    if (asked.length === 0) return createDetectors(new Set(kinds.keys()));
    const { compileDetector } = await import('@vertex-ai-gateway/content-detectors/own');
    return createDetectors(new Set(kinds.keys()), asked.map(compileDetector));
  };
}
