import { broken, notVisible, works } from '../finding.ts';
import type { Leg } from '../leg.ts';
import { readPoolName } from '../pool-name.ts';
import { readToken } from '../claims.ts';
import { safeText } from '../safe-text.ts';
import type { Run } from '../run.ts';
import type { VertexProbe } from '../vertex-probes.ts';
import { findMissingCredentials } from './google-credentials.ts';

/** The meaning of a status for an entry; a status that is not here shows that the entry may be called. */
const PROBLEMS: Readonly<Record<number, string>> = {
  0: 'no answer',
  401: 'the access token is refused',
  403: 'no permission',
  404: 'not found',
  429: 'throttled',
};
const MOST_LISTED = 100;

/** Examines the permission for each entry of the catalog in each of its locations. */
export const vertexAccessLeg: Leg = {
  name: 'vertex-access',
  needs: ['vertex-api'],
  timeoutInMs: 30_000,
  async examine(run) {
    const missing = await findMissingCredentials(run);
    if (missing) return missing;
    const { sight } = run.dependencies;
    const vertex = run.vertexProbes();
    const probes = await vertex.all();
    const leftOut = await vertex.leftOut();
    const refused = probes.filter((probe) => problemOf(probe) !== undefined);
    const details = {
      asked: probes.length,
      refused: refused.slice(0, MOST_LISTED).map((probe) => `${nameOf(probe)}: ${problemOf(probe) ?? ''}`),
      ...(leftOut.length > 0 && { notTried: leftOut.slice(0, MOST_LISTED) }),
    };
    if (sight === 'developer' && refused.length > 0)
      return notVisible(
        `With your own rights ${refused.length} of ${probes.length} entries and locations are refused. The function app’s rights are its own.`,
        [],
        details,
      );
    if (refused.length > 0)
      return broken(
        `${refused.length} of ${probes.length} entries and locations of the catalog cannot be called: ${summarize(refused)}.`,
        await remediesFor(refused, run),
        details,
      );
    return works(`All ${probes.length} entries and locations of the catalog may be called.`, details);
  },
};

function problemOf({ status }: VertexProbe): string | undefined {
  return PROBLEMS[status] ?? (status >= 500 ? `it fails (${status})` : undefined);
}

function nameOf({ entry, location }: VertexProbe): string {
  return `${entry} in ${location}`;
}

function summarize(refused: readonly VertexProbe[]): string {
  const groups = Map.groupBy(refused, (probe) => problemOf(probe) ?? '');
  return [...groups]
    .map(([problem, probes]) => {
      const [first] = probes;
      const more = probes.length > 1 ? ` and ${probes.length - 1} more` : '';
      return `${problem} (${first ? nameOf(first) : ''}${more})`;
    })
    .join(', ');
}

async function remediesFor(refused: readonly VertexProbe[], run: Run): Promise<string[]> {
  const having = (status: number) => refused.filter((probe) => probe.status === status);
  const projects = [...new Set(having(403).map(({ project }) => project))];
  const member = projects.length > 0 ? await memberOf(run) : '';
  return [
    ...projects.map(
      (project) =>
        `gcloud projects add-iam-policy-binding ${project} --role=roles/aiplatform.user --member="${member}"`,
    ),
    ...(having(404).length > 0
      ? [
          'The model is not in this location, or its terms have not been accepted in Model Garden: https://console.cloud.google.com/vertex-ai/model-garden',
          'If it is served elsewhere, correct its locations in governance/catalog.yaml.',
        ]
      : []),
    ...(having(429).length > 0
      ? [
          'Wait a minute and ask again. If it stays so, ask for more quota: https://console.cloud.google.com/iam-admin/quotas?service=aiplatform.googleapis.com',
        ]
      : []),
    ...(having(401).length > 0 ? ['Ask again. If it stays so, look at the leg clocks.'] : []),
    ...(refused.some(({ status }) => status === 0 || status >= 500)
      ? ['Ask again. Outages are listed at https://status.cloud.google.com']
      : []),
  ];
}

/** The principal to which access is bound: the service account, or the identity in the pool. */
async function memberOf(run: Run): Promise<string> {
  const { GOOGLE_SERVICE_ACCOUNT: account, GOOGLE_POOL_PROVIDER_AUDIENCE: audience } =
    run.dependencies.settings;
  if (account !== undefined) return `serviceAccount:${account}`;
  const { project = 'NUMBER', pool = 'POOL' } = readPoolName(audience) ?? {};
  const subject = safeText(readToken(await run.subjectToken().catch(() => ''))?.sub ?? 'SUB');
  return `principal://iam.googleapis.com/projects/${project}/locations/global/workloadIdentityPools/${pool}/subject/${subject}`;
}
