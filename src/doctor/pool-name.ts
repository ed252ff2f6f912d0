/** The parts of a pool provider's full name. */
export interface PoolName {
  readonly project: string;
  readonly pool: string;
  readonly provider: string;
}

const NAME =
  /^\/\/iam\.googleapis\.com\/projects\/([\w-]+)\/locations\/global\/workloadIdentityPools\/([\w-]+)\/providers\/([\w-]+)$/;

/** Reads the full name of a pool provider; undefined for a text of another form. */
export function readPoolName(audience: string): PoolName | undefined {
  const [, project, pool, provider] = NAME.exec(audience) ?? [];
  return project === undefined || pool === undefined || provider === undefined
    ? undefined
    : { project, pool, provider };
}

/** The command of gcloud on the provider: `update-oidc`, `describe` or `undelete`, with its flags. */
export function providerCommand(audience: string, verb: string, ...flags: readonly string[]): string {
  const { project = 'NUMBER', pool = 'POOL', provider = 'PROVIDER' } = readPoolName(audience) ?? {};
  return [
    `gcloud iam workload-identity-pools providers ${verb} ${provider}`,
    `--workload-identity-pool=${pool} --location=global --project=${project}`,
    ...flags,
  ].join(' ');
}
