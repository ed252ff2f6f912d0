import { GoogleError } from './google-error.ts';

/**
 * Refuses a call that is sent to the host of another location than that of its resource. A host that is not Google's,
 * such as 127.0.0.1, serves every location. Multi-regions have hosts of another form than regions.
 * Source: https://docs.cloud.google.com/gemini-enterprise-agent-platform/resources/locations#multi-region_endpoints and
 * https://github.com/NousResearch/hermes-agent/pull/72065 (the error of the form of regions)
 * @param location the resource's location; undefined for a resource without one, such as a publisher's model
 * @throws GoogleError NOT_FOUND; INVALID_ARGUMENT for a host that Google does not have
 */
export function checkLocation(host: string, location: string | undefined): void {
  if (/^(?:us|eu)-aiplatform\.googleapis\.com$/.test(host))
    throw new GoogleError('INVALID_ARGUMENT', `Invalid hostname: ${host}`);
  const served = locationServedAt(host);
  if (served === undefined || location === undefined || served === location) return;
  throw new GoogleError('NOT_FOUND', `The host ${host} does not serve the location ${location}.`);
}

function locationServedAt(host: string): string | undefined {
  if (host === 'aiplatform.googleapis.com') return 'global';
  const [, region, multiRegion] =
    /^(?:([a-z0-9-]+)-aiplatform|aiplatform\.(us|eu)\.rep)\.googleapis\.com$/.exec(host) ?? [];
  return region ?? multiRegion;
}
