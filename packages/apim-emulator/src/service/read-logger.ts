import { ServiceDefinitionError } from './service-definition.ts';

/** The identity that a service sends its telemetry to Application Insights with. */
export interface LoggerDefinition {
  /** The client id of a user-assigned identity, `SystemAssigned`, or undefined: the connection string or key alone. */
  readonly identityClientId: string | undefined;
}

const CREDENTIALS = new Set(['connectionString', 'instrumentationKey', 'identityClientId']);

/**
 * Reads a logger for Application Insights.
 * Sources: https://learn.microsoft.com/azure/api-management/api-management-howto-app-insights and
 * https://learn.microsoft.com/rest/api/apimanagement/logger/create-or-update
 * @throws {ServiceDefinitionError} for what isn't supported.
 */
export function readLogger(file: string, properties: Record<string, unknown>): LoggerDefinition {
  const refuse = (problem: string): never => {
    throw new ServiceDefinitionError(file, problem);
  };
  const { loggerType, credentials } = properties;
  if (loggerType !== 'applicationInsights') refuse('"loggerType" is "applicationInsights".');
  if (typeof credentials !== 'object' || credentials === null) return refuse('It has no "credentials".');
  const unknown = Object.keys(credentials).find((name) => !CREDENTIALS.has(name));
  if (unknown !== undefined) refuse(`"credentials" has no "${unknown}".`);
  const given = credentials as Readonly<Record<string, unknown>>;
  const { connectionString, instrumentationKey, identityClientId } = given;
  if ((typeof connectionString === 'string') === (typeof instrumentationKey === 'string'))
    refuse('"credentials" has "connectionString" or "instrumentationKey".');
  if (identityClientId === undefined) return { identityClientId };
  if (typeof identityClientId !== 'string' || identityClientId === '')
    return refuse('"identityClientId" is a client id, or "SystemAssigned".');
  if (typeof connectionString !== 'string')
    refuse('An identity goes with the connection string, not with the instrumentation key.');
  return { identityClientId };
}
