// Google's own client runs in a child process, because it takes certificate authorities only from the environment. It
// reads the client's options as JSON from the first argument and prints the access token.
import { IdentityPoolClient } from 'google-auth-library';

interface Options {
  readonly audience: string;
  readonly base: string;
  readonly email: string;
  readonly subjectToken: string;
}

const { audience, base, email, subjectToken } = JSON.parse(process.argv[2] ?? '{}') as Options;
const client = new IdentityPoolClient({
  type: 'external_account',
  audience,
  subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
  token_url: `${base}/v1/token`,
  service_account_impersonation_url: `${base}/v1/projects/-/serviceAccounts/${email}:generateAccessToken`,
  subject_token_supplier: { getSubjectToken: () => Promise.resolve(subjectToken) },
});
const { token } = await client.getAccessToken();
process.stdout.write(token ?? '');
