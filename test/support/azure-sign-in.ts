import { chmodSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/**
 * Signs a process in to Azure, as a developer is on their own machine: `@azure/identity` asks the Azure CLI for a token,
 * and a program of that name gives this one, alone or with its expiry.
 * @param folder an existing one, for that program.
 * @returns variables for the process.
 */
export function azureSignIn(
  folder: string,
  token: string,
  path = process.env.PATH ?? '',
): Record<string, string> {
  const answer = { accessToken: token, expiresOn: '2099-01-01 00:00:00.000000', expires_on: 4_070_908_800 };
  const program = join(folder, 'az');
  writeFileSync(
    program,
    `#!/bin/sh\ncase "$*" in *'--output tsv') echo '${token}' ;; *) echo '${JSON.stringify(answer)}' ;; esac\n`,
  );
  chmodSync(program, 0o755);
  return { PATH: `${folder}${delimiter}${path}`, AZURE_TOKEN_CREDENTIALS: 'AzureCliCredential' };
}
