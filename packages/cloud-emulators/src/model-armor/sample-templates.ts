import type { Filter } from './screen-text.ts';

/** A template: its full name, and the filters that it has switched on. */
export interface ModelArmorTemplate {
  /** `projects/PROJECT/locations/LOCATION/templates/TEMPLATE`. */
  readonly name: string;
  readonly filters: readonly Filter[];
}

const LOCATIONS = ['us', 'us-central1', 'us-east5', 'eu', 'europe-west1', 'europe-west4'];

/** The templates of the sample project: the same one in each location. */
export const sampleTemplates: readonly ModelArmorTemplate[] = LOCATIONS.map((location) => ({
  name: `projects/sample-project/locations/${location}/templates/strict`,
  filters: ['pi_and_jailbreak', 'malicious_uris', 'sdp'],
}));

/** The host names of the emulator's certificate, which match those of Google's certificates. */
export const MODEL_ARMOR_HOST_NAMES: readonly string[] = LOCATIONS.map(
  (location) => `*.${location}.rep.googleapis.com`,
);
