import { z } from 'zod';
import { fallbackProvider } from './principals.ts';
import { checkName } from './check-names.ts';
import type { Access, Agent } from './documents.ts';
import type { Path, YamlDocument } from './yaml-document.ts';

/** Refuses an application whose identity provider does not exist, or whose id does not have that provider's form. */
export function checkApplication(
  document: YamlDocument<unknown>,
  identityProviders: Access['identityProviders'],
  application: Pick<Agent, 'applicationId' | 'identityProvider'>,
  path: Path,
): void {
  const providers = new Map(identityProviders.map((provider) => [provider.id, provider]));
  const { applicationId, identityProvider = fallbackProvider(identityProviders).id } = application;
  checkName(
    document,
    identityProvider,
    new Set(providers.keys()),
    [...path, 'identityProvider'],
    'identity provider',
  );
  if (providers.get(identityProvider)?.type === 'entra' && !z.guid().safeParse(applicationId).success)
    document.refuse(
      [...path, 'applicationId'],
      `"${applicationId}" is not a client id of Entra ID, which is a GUID. For an application of another issuer, set identityProvider.`,
    );
}
