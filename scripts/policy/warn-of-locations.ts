import type { Governance } from '../../src/governance/governance.ts';
import { joinNames } from '../../src/governance/join-names.ts';

interface ServedModels {
  /** Ids of Google's models. The first row that matches an id counts. */
  readonly ids: RegExp;
  readonly locations: readonly string[];
  readonly source: string;
}

const PAGES = 'https://docs.cloud.google.com/gemini-enterprise-agent-platform';
const WITHOUT_REGIONS = ['global', 'us', 'eu'];

/** The models of Google that are known to be served in few locations. Other models are served in most regions. */
const SERVED: readonly ServedModels[] = [
  { ids: /^gemini-3\.1-pro/, locations: ['global'], source: `${PAGES}/models/guides/gemini-3-5-flash` },
  {
    ids: /^gemini-3\.5-flash$/,
    locations: [...WITHOUT_REGIONS, 'europe-west2', 'asia-northeast1', 'asia-south1', 'asia-southeast1'],
    source: `${PAGES}/models/gemini/3-5-flash`,
  },
  { ids: /^gemini-(?:3|embedding-2$)/, locations: WITHOUT_REGIONS, source: `${PAGES}/resources/locations` },
];
const MULTI_REGIONS: readonly string[] = ['us', 'eu'];
/** Gemini before its third generation, which multi-regions do not serve. */
const BEFORE_MULTI_REGIONS = /^gemini-[12]\./;

/** Writes a warning for each catalog entry with locations in which Google is not known to serve its model. */
export function warnOfLocations({ documents }: Pick<Governance, 'documents'>): string[] {
  return documents.catalog.entries.flatMap((entry) => {
    if (!('model' in entry) || entry.publisher !== 'google') return [];
    const served = SERVED.find(({ ids }) => ids.test(entry.model));
    const doubtful = entry.locations.filter((location) =>
      served
        ? !served.locations.includes(location)
        : BEFORE_MULTI_REGIONS.test(entry.model) && MULTI_REGIONS.includes(location),
    );
    if (doubtful.length === 0) return [];
    const offered = served
      ? `It is served in ${joinNames(served.locations)}.`
      : 'It is served in regions and global.';
    const source = served?.source ?? `${PAGES}/resources/supported-capabilities`;
    return `Warning: ${entry.name} lists ${joinNames(doubtful)}, where Google is not known to serve ${entry.model}. ${offered} Source: ${source}`;
  });
}
