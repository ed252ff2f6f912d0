import type { DiagnosticDefinition } from '../service/read-diagnostic.ts';
import type { ExchangeResponse } from './exchange-response.ts';
import type { Exchange } from './exchange.ts';
import type { Headers } from './headers.ts';
import type { MessageUrl } from './message-url.ts';

/** A row of the table `requests` that the gateway sends to Application Insights. */
export interface RequestTelemetry {
  readonly time: Date;
  /** The request's span. */
  readonly id: string;
  readonly operationId: string;
  readonly parentId: string;
  /** `POST /path`. */
  readonly name: string;
  /** `api;rev=1 - operation`, or the same as the name. */
  readonly operationName: string;
  readonly url: string;
  /** The status; 0 where the client was gone before there was one. */
  readonly resultCode: number;
  readonly success: boolean;
  readonly durationInMs: number;
  /** The caller's address; undefined where it isn't logged. */
  readonly clientIp: string | undefined;
  /** The percentage of requests that are logged: a row stands for 100 divided by it. */
  readonly samplingPercentage: number;
  /** `customDimensions`: API, operation, subscription, and `Request Id`, which is `context.RequestId`. */
  readonly properties: Readonly<Record<string, string>>;
}

/** Notes a request whose response has been sent, or given up; without an answer the client was gone before it. */
export type ReportRequest = (exchange: Exchange, answer: ExchangeResponse | undefined) => void;

interface Finished {
  readonly exchange: Exchange;
  readonly answer: ExchangeResponse | undefined;
  readonly durationInMs: number;
}

/** The options of `createRequestReport`. */
export interface RequestReportSetting {
  readonly diagnostic: DiagnosticDefinition;
  readonly emit: (telemetry: readonly RequestTelemetry[]) => void;
  /** From 0 up to, but not including, 1. */
  readonly random: () => number;
}

/** Rows are made when nobody waits for an answer, many at a time. */
const BATCH_DELAY_IN_MS = 50;
const FIRST_ERROR = 400;
const MASKED = '*';
/** The query parameter of a subscription key, unless an API has another name for it. */
const DEFAULT_KEY_NAME = 'subscription-key';

/**
 * Sends one row for each request that the gateway has handled, whatever became of it.
 * Sources: https://learn.microsoft.com/azure/api-management/api-management-howto-app-insights#what-data-is-added-to-application-insights
 * for when, and rows of a real service for the names.
 */
export function createRequestReport({ diagnostic, emit, random }: RequestReportSetting): ReportRequest {
  let finished: Finished[] = [];
  const flush = (): void => {
    const batch = finished;
    finished = [];
    emit(batch.map((one) => describe(one, diagnostic)));
  };
  const isSampled = (answer: ExchangeResponse | undefined): boolean =>
    (diagnostic.alwaysLogErrors && !isSuccess(answer)) || random() * 100 < diagnostic.samplingPercentage;
  return (exchange, answer) => {
    if (!isSampled(answer)) return;
    if (finished.length === 0) setTimeout(flush, BATCH_DELAY_IN_MS).unref();
    finished.push({ exchange, answer, durationInMs: exchange.elapsedInMs() });
  };
}

function isSuccess(answer: ExchangeResponse | undefined): boolean {
  return answer !== undefined && answer.statusCode < FIRST_ERROR;
}

function describe(
  { exchange, answer, durationInMs }: Finished,
  diagnostic: DiagnosticDefinition,
): RequestTelemetry {
  const { api, operation, subscription, product, correlation, deployment, request } = exchange;
  const { method, originalUrl: url, headers, ipAddress } = request;
  const name = `${method} ${url.path}`;
  const isError = !isSuccess(answer);
  return {
    time: exchange.timestamp,
    id: correlation.spanId,
    operationId: correlation.operationId,
    parentId: correlation.parentId,
    name,
    operationName:
      diagnostic.operationNameFormat === 'Name' && operation.id !== ''
        ? `${api.id};rev=${api.revision} - ${operation.id}`
        : name,
    url: `${url.scheme}://${authorityOf(url)}${url.path}${maskQuery(url.queryString, diagnostic, exchange.keyNames.query)}`,
    resultCode: answer?.statusCode ?? 0,
    success: !isError,
    durationInMs,
    clientIp: diagnostic.logClientIp ? ipAddress : undefined,
    samplingPercentage: isError && diagnostic.alwaysLogErrors ? 100 : diagnostic.samplingPercentage,
    properties: {
      'Service ID': deployment.serviceName,
      'Service Name': url.host,
      'Service Type': 'API Management',
      Region: deployment.region,
      'Request Id': exchange.requestId,
      'HTTP Method': method,
      Cache: 'None',
      ...(api.id !== '' && { 'API Name': api.id, 'API Revision': api.revision }),
      ...(operation.id !== '' && { 'Operation Name': operation.id }),
      ...(product && { 'Product Name': product.id }),
      ...(subscription && { 'Subscription Name': subscription.name }),
      ...pick('Request', diagnostic.requestHeaders, headers, diagnostic),
      ...(answer && pick('Response', diagnostic.responseHeaders, answer.headers, diagnostic)),
    },
  };
}

function authorityOf({ scheme, host, port }: MessageUrl): string {
  return port === (scheme === 'https' ? 443 : 80) ? host : `${host}:${port}`;
}

function pick(
  side: 'Request' | 'Response',
  names: readonly string[],
  headers: Headers,
  { headerMasks }: DiagnosticDefinition,
): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const values = headers.get(name)?.values;
      const rule = side === 'Request' ? ruleFor(name, headerMasks) : undefined;
      if (!values || rule === 'Hide') return [];
      return [[`${side}-${name}`, rule === 'Mask' ? MASKED : values.join(', ')]];
    }),
  );
}

/** @param keyName of the parameter that may hold a subscription key, which nobody is to read. */
function maskQuery(query: string, { queryMasks }: DiagnosticDefinition, keyName: string): string {
  if (query.length < 2) return '';
  const isKey = (name: string): boolean =>
    name.toLowerCase() === (keyName === '' ? DEFAULT_KEY_NAME : keyName.toLowerCase());
  const kept = query
    .slice(1)
    .split('&')
    .flatMap((part) => {
      const [name = ''] = part.split('=', 1);
      const rule = isKey(name) ? 'Hide' : ruleFor(name, queryMasks);
      if (rule === 'Hide') return [];
      return [rule === 'Mask' ? `${name}=${MASKED}` : part];
    });
  return kept.length === 0 ? '' : `?${kept.join('&')}`;
}

function ruleFor(name: string, rules: DiagnosticDefinition['queryMasks']): 'Hide' | 'Mask' | undefined {
  const lower = name.toLowerCase();
  return (rules.find(({ value }) => value === lower) ?? rules.find(({ value }) => value === '*'))?.mode;
}
