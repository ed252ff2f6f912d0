import { GoogleError } from '../google-error.ts';
import type { RestCall } from '../rest-operation.ts';

/**
 * The capacity that serves a call.
 * Source: https://docs.cloud.google.com/vertex-ai/generative-ai/docs/reference/rest/v1/GenerateContentResponse#traffictype
 */
export type TrafficType = 'ON_DEMAND' | 'ON_DEMAND_FLEX' | 'ON_DEMAND_PRIORITY';

const TRAFFIC_TYPES: Readonly<Record<string, TrafficType>> = {
  flex: 'ON_DEMAND_FLEX',
  priority: 'ON_DEMAND_PRIORITY',
};

/** The locations with tiers: https://docs.cloud.google.com/gemini-enterprise-agent-platform/models/priority-paygo */
const LOCATIONS_WITH_TIERS = new Set(['global', 'us', 'eu']);

/**
 * Reads the capacity that a call asks for by its headers. The body's `serviceTier` has no effect:
 * https://github.com/googleapis/python-genai/issues/2847
 * @throws GoogleError RESOURCE_EXHAUSTED for a call that asks for bought throughput, of which the sample project has none:
 * https://docs.cloud.google.com/gemini-enterprise-agent-platform/models/provisioned-throughput/use-provisioned-throughput
 */
export function trafficTypeOf({ headers, route }: Pick<RestCall, 'headers' | 'route'>): TrafficType {
  if (headers['x-vertex-ai-llm-request-type'] === 'dedicated')
    throw new GoogleError('RESOURCE_EXHAUSTED', 'Resource exhausted. Please try again later.');
  if (!LOCATIONS_WITH_TIERS.has(route.params.location ?? '')) return 'ON_DEMAND';
  return TRAFFIC_TYPES[String(headers['x-vertex-ai-llm-shared-request-type'])] ?? 'ON_DEMAND';
}
