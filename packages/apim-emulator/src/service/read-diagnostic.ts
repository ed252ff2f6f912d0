import { ServiceDefinitionError } from './service-definition.ts';

const VERBOSITIES = ['verbose', 'information', 'error'] as const;
const PROTOCOLS = ['None', 'W3C'] as const;
const NAME_FORMATS = ['Name', 'Url'] as const;

/** A header or query parameter that telemetry hides or masks; `*` stands for all names. */
interface MaskRule {
  readonly value: string;
  readonly mode: 'Hide' | 'Mask';
}

/** The telemetry of requests that a service sends to Application Insights. */
export interface DiagnosticDefinition {
  /** The percentage of requests that are sent, from 0 to 100. */
  readonly samplingPercentage: number;
  /** True when failed requests are sent whatever the sampling. */
  readonly alwaysLogErrors: boolean;
  /** The lowest severity of traces that are sent. */
  readonly verbosity: (typeof VERBOSITIES)[number];
  readonly httpCorrelationProtocol: (typeof PROTOCOLS)[number];
  readonly operationNameFormat: (typeof NAME_FORMATS)[number];
  readonly logClientIp: boolean;
  readonly requestHeaders: readonly string[];
  readonly responseHeaders: readonly string[];
  readonly queryMasks: readonly MaskRule[];
  readonly headerMasks: readonly MaskRule[];
}

/**
 * Reads the diagnostic of the logger for Application Insights.
 * Source: https://learn.microsoft.com/rest/api/apimanagement/diagnostic/create-or-update
 * @throws {ServiceDefinitionError} for what isn't supported.
 */
export function readDiagnostic(file: string, properties: Record<string, unknown>): DiagnosticDefinition {
  const refuse = (problem: string): never => {
    throw new ServiceDefinitionError(file, problem);
  };
  const oneOf = <Value extends string>(name: string, values: readonly Value[], otherwise: Value): Value => {
    const given = properties[name] ?? otherwise;
    return values.find((one) => one === given) ?? refuse(`"${name}" is one of ${values.join(', ')}.`);
  };
  const { samplingType = 'fixed', percentage = 100 } = objectOf(properties.sampling);
  if (samplingType !== 'fixed') refuse('"samplingType" is "fixed".');
  if (typeof percentage !== 'number' || percentage < 0 || percentage > 100)
    return refuse('"percentage" is a number from 0 to 100.');
  if (properties.alwaysLog !== undefined && properties.alwaysLog !== 'allErrors')
    refuse('"alwaysLog" is "allErrors".');
  const { request, response } = objectOf(properties.frontend);
  for (const side of [properties.frontend, properties.backend]) {
    const { request: sent, response: received } = objectOf(side);
    if (bytesOf(sent) > 0 || bytesOf(received) > 0) refuse('The emulator sends no bodies: "bytes" is 0.');
  }
  const { queryParams, headers } = objectOf(objectOf(request).dataMasking);
  return {
    samplingPercentage: percentage,
    alwaysLogErrors: properties.alwaysLog === 'allErrors',
    verbosity: oneOf('verbosity', VERBOSITIES, 'information'),
    httpCorrelationProtocol: oneOf('httpCorrelationProtocol', PROTOCOLS, 'None'),
    operationNameFormat: oneOf('operationNameFormat', NAME_FORMATS, 'Name'),
    logClientIp: properties.logClientIp === true,
    requestHeaders: namesOf(objectOf(request).headers),
    responseHeaders: namesOf(objectOf(response).headers),
    queryMasks: rulesOf(queryParams),
    headerMasks: rulesOf(headers),
  };
}

function objectOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function bytesOf(message: unknown): number {
  return Number(objectOf(objectOf(message).body).bytes ?? 0);
}

function namesOf(value: unknown): string[] {
  return Array.isArray(value) ? value.map((name) => String(name).toLowerCase()) : [];
}

function rulesOf(value: unknown): MaskRule[] {
  return Array.isArray(value)
    ? value.map(objectOf).map(({ value: name, mode }) => ({
        value: String(name).toLowerCase(),
        mode: mode === 'Mask' ? 'Mask' : 'Hide',
      }))
    : [];
}
