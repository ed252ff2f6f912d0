import { broken, notTried, notVisible, works } from '../finding.ts';
import type { Leg } from '../leg.ts';
import { findMissingCredentials } from './google-credentials.ts';

const OFF = new Set(['SERVICE_DISABLED', 'BILLING_DISABLED', 'CONSUMER_SUSPENDED', 'CONSUMER_INVALID']);

/** Examines whether the Vertex AI API is on in the projects of the catalog. */
export const vertexApiLeg: Leg = {
  name: 'vertex-api',
  needs: ['token-exchange', 'impersonation'],
  async examine(run) {
    const missing = await findMissingCredentials(run);
    if (missing) return missing;
    const probes = await run.vertexProbes().first();
    if (probes.length === 0) {
      const isEmpty = run.dependencies.documents.catalog.entries.length === 0;
      return isEmpty
        ? notVisible('The catalog has no entries.')
        : notTried('connections', 'no host of Vertex AI can be reached.');
    }
    const off = probes.filter(({ error }) => OFF.has(error.reason ?? ''));
    if (off.length === 0)
      return works('The Vertex AI API is on in every project of the catalog.', {
        projects: probes.map(({ project }) => project),
      });
    return broken(
      off
        .map(
          ({ project, error }) => `The project ${project} refuses the Vertex AI API (${error.reason ?? ''}).`,
        )
        .join(' '),
      off.flatMap(({ project, error }) =>
        error.reason === 'SERVICE_DISABLED'
          ? [`gcloud services enable aiplatform.googleapis.com --project=${project}`]
          : [
              `gcloud billing projects describe ${project}`,
              'If the catalog names the wrong project, correct governance/catalog.yaml.',
            ],
      ),
    );
  },
};
