import { broken, notConfigured, notVisible, works } from '../finding.ts';
import type { Leg } from '../leg.ts';
import { readToken } from '../claims.ts';
import { readPoolName } from '../pool-name.ts';
import { safeText } from '../safe-text.ts';

/** Examines whether the function app may impersonate the service account, where one is configured. */
export const impersonationLeg: Leg = {
  name: 'impersonation',
  needs: ['token-exchange'],
  urls: ({ settings }) =>
    settings.GOOGLE_SERVICE_ACCOUNT === undefined ? [] : [settings.GOOGLE_IAM_CREDENTIALS_URL],
  async examine(run) {
    const { GOOGLE_SERVICE_ACCOUNT: account, GOOGLE_POOL_PROVIDER_AUDIENCE: audience } =
      run.dependencies.settings;
    if (account === undefined)
      return notConfigured('No service account is configured: the pool’s principal has access itself.');
    if (run.dependencies.sight === 'developer')
      return notVisible('Only the function app can impersonate the account as the pool’s principal.', [
        `gcloud iam service-accounts get-iam-policy ${account}`,
      ]);
    const impersonation = await run.impersonation();
    if (impersonation?.accessToken !== undefined)
      return works(`The function app may impersonate ${account}.`);
    const { outcome, error } = impersonation ?? {};
    if (outcome?.kind !== 'answer')
      return broken('Google IAM Credentials did not answer.', [
        'Let the function app reach the host of GOOGLE_IAM_CREDENTIALS_URL.',
      ]);
    if (outcome.status === 429)
      return broken('Google IAM Credentials throttles the impersonation (429).', [
        'Wait a minute and ask again. If it stays so, ask for more quota: https://console.cloud.google.com/iam-admin/quotas?service=iamcredentials.googleapis.com',
      ]);
    if (error?.reason === 'SERVICE_DISABLED')
      return broken('The IAM Service Account Credentials API is off in the account’s project.', [
        `gcloud services enable iamcredentials.googleapis.com --project=${projectOf(account)}`,
      ]);
    const { project = 'NUMBER', pool = 'POOL' } = readPoolName(audience) ?? {};
    const subject = safeText(readToken(await run.subjectToken())?.sub);
    return broken(
      `Google IAM refuses to let the function app impersonate ${account} (HTTP ${outcome.status}).`,
      [
        `gcloud iam service-accounts add-iam-policy-binding ${account} --role=roles/iam.workloadIdentityUser --member="principal://iam.googleapis.com/projects/${project}/locations/global/workloadIdentityPools/${pool}/subject/${subject}"`,
        `gcloud iam service-accounts describe ${account}   # it must exist and be enabled`,
        'For direct access, leave GOOGLE_SERVICE_ACCOUNT out.',
      ],
    );
  },
};

function projectOf(account: string): string {
  return /@([\w-]+)\.iam\.gserviceaccount\.com$/.exec(account)?.[1] ?? 'PROJECT';
}
