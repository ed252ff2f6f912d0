import { broken, type Finding, notVisible } from './finding.ts';
import { readToken } from './claims.ts';
import type { Run } from './run.ts';
import { safeCode, safeText } from './safe-text.ts';
import type { Probe, ProbeAnswer } from './send-probe.ts';

/** The answer of one of Azure's services, with its error code. */
export interface AzureAnswer {
  readonly answer: ProbeAnswer;
  /** The code of its error, such as AuthorizationPermissionMismatch; `unknown` without one. */
  readonly code: string;
  /** The code of the inner error of Key Vault, such as ForbiddenByRbac; `unknown` without one. */
  readonly innerCode: string;
  /** True if the service refuses since it has too much to do. */
  readonly isThrottled: boolean;
}

/**
 * Asks one of Azure's services with a token.
 * @returns what the service answers, or a finding when there is no token or no answer.
 */
export async function askAzure(
  run: Run,
  resource: string,
  probe: Omit<Probe, 'abortSignal'>,
): Promise<AzureAnswer | Finding> {
  const { azureToken, send, sight } = run.dependencies;
  const token = await azureToken(resource).catch(() => undefined);
  if (token === undefined && sight === 'developer')
    return notVisible('You have no Azure credentials here.', ['az login']);
  if (token === undefined)
    return broken(`The managed identity gives no token for ${resource}.`, [
      'az functionapp identity show --name APP --resource-group GROUP',
      'Look at AZURE_CLIENT_ID: the app must have this identity.',
    ]);
  const headers = { ...probe.headers, authorization: `Bearer ${token}` };
  const answer = await send({ ...probe, headers, abortSignal: run.abortSignal });
  if (answer.kind === 'failure')
    return broken(`${new URL(probe.url).host} did not answer (${answer.code}).`, [
      'Ask again. If it stays so, look whether the function app may reach it.',
    ]);
  const { error } = parse(answer.text);
  const inner = error?.innererror;
  const code = safeCode(answer.header('x-ms-error-code') ?? error?.code);
  return {
    answer,
    code,
    innerCode: safeCode(inner?.code),
    isThrottled: answer.status === 429 || answer.status === 439 || code === 'ServerBusy',
  };
}

/** Tells a finding from an answer. */
export function isFinding(outcome: AzureAnswer | Finding): outcome is Finding {
  return !('answer' in outcome);
}

/** Reports a service that throttles. */
export function throttled(name: string, { answer }: AzureAnswer): Finding {
  return broken(`${name} throttles the function app (${answer.status}).`, [
    'Wait a minute and ask again. If it stays so, look at the service’s metrics for its limits: az monitor metrics list --resource RESOURCE_ID',
  ]);
}

/** Reports the lack of a right: broken for the function app, not visible with a person's own rights. */
export function lacksRight(run: Run, summary: string, remedies: readonly string[]): Finding {
  return run.dependencies.sight === 'developer'
    ? notVisible(`With your own rights: ${summary} The function app’s rights are its own.`)
    : broken(summary, remedies);
}

/** The object id of the identity that asks, for commands. `OBJECT_ID` when it is not known. */
export async function objectIdOf(run: Run): Promise<string> {
  const { azureToken, settings } = run.dependencies;
  const token = await azureToken(settings.GOOGLE_SUBJECT_TOKEN_RESOURCE).catch(() => '');
  const { oid } = readToken(token) ?? {};
  return typeof oid === 'string' ? safeText(oid) : 'OBJECT_ID';
}

/** The command that assigns a role to the identity. */
export function assignRole(objectId: string, role: string, scope: string): string {
  return `az role assignment create --assignee-object-id ${objectId} --assignee-principal-type ServicePrincipal --role "${role}" --scope ${scope}`;
}

interface Body {
  readonly error?: { readonly code?: unknown; readonly innererror?: { readonly code?: unknown } };
}

function parse(text: string): Body {
  try {
    return (JSON.parse(text) as Body | null) ?? {};
  } catch {
    return {};
  }
}
