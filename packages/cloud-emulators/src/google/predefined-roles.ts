/**
 * The permissions of predefined roles, as far as the emulators ask for them.
 * Sources: https://cloud.google.com/vertex-ai/docs/general/access-control#aiplatform.user,
 * https://cloud.google.com/iam/docs/roles-permissions/modelarmor#modelarmor.user and
 * https://cloud.google.com/iam/docs/roles-permissions/iam#iam.workloadIdentityUser
 */
export const PREDEFINED_ROLES: ReadonlyMap<string, readonly string[]> = new Map([
  [
    'roles/aiplatform.user',
    [
      'aiplatform.batchPredictionJobs.cancel',
      'aiplatform.batchPredictionJobs.create',
      'aiplatform.batchPredictionJobs.delete',
      'aiplatform.batchPredictionJobs.get',
      'aiplatform.batchPredictionJobs.list',
      'aiplatform.cachedContents.create',
      'aiplatform.cachedContents.delete',
      'aiplatform.cachedContents.get',
      'aiplatform.cachedContents.list',
      'aiplatform.cachedContents.update',
      'aiplatform.endpoints.explain',
      'aiplatform.endpoints.predict',
    ],
  ],
  [
    'roles/modelarmor.user',
    ['modelarmor.templates.useToSanitizeModelResponse', 'modelarmor.templates.useToSanitizeUserPrompt'],
  ],
  [
    'roles/iam.workloadIdentityUser',
    ['iam.serviceAccounts.getAccessToken', 'iam.serviceAccounts.getOpenIdToken'],
  ],
]);
