import { type Finding, notVisible } from '../finding.ts';
import type { Run } from '../run.ts';

/** Tells a developer who has no credentials of Google how to get them; undefined for everybody else. */
export async function findMissingCredentials(run: Run): Promise<Finding | undefined> {
  if (run.dependencies.sight !== 'developer') return undefined;
  return run.accessToken().then(
    () => undefined,
    () => notVisible('You have no Google credentials here.', ['gcloud auth application-default login']),
  );
}
