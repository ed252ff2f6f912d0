import { validateHeaderName, validateHeaderValue } from 'node:http';
import type { Refuse } from '../documents/refuse.ts';
import { BackendEntities } from '../engine/backend-entities.ts';
import type {
  BackendDefinition,
  PoolMemberDefinition,
  SingleBackendDefinition,
} from '../engine/backend-entities.ts';
import type { CircuitBreakerRule } from '../engine/circuit-breaker.ts';
import { BackendProperties } from './backend-properties.ts';
import { ServiceDefinitionError } from './service-definition.ts';
import type { BackendDocument } from './service-definition.ts';

const NAMES = ['title', 'description', 'resourceId', 'azureRegion', 'protocol', 'type', 'url'];
const SINGLE_NAMES = [...NAMES, 'credentials', 'tls', 'circuitBreaker'];
const POOL_NAMES = [...NAMES, 'pool'];
const MAXIMUM_MEMBERS = 30;

/**
 * Reads the backend entities of a service, named values put in.
 * Source: https://learn.microsoft.com/rest/api/apimanagement/backend/create-or-update
 * @param refuse is told of each ServiceDefinitionError.
 */
export function compileBackends(
  documents: readonly BackendDocument[],
  namedValues: ReadonlyMap<string, string>,
  refuse: Refuse,
  now: () => number,
): BackendEntities {
  const definitions = documents.flatMap((document) => {
    try {
      return [compileBackend(document, namedValues)];
    } catch (error) {
      if (!(error instanceof ServiceDefinitionError)) throw error;
      refuse(error);
      return [];
    }
  });
  const known = new Map(definitions.map((definition) => [definition.id, definition]));
  for (const { id, file } of documents) {
    const definition = known.get(id);
    if (definition?.type !== 'pool') continue;
    for (const member of definition.members) {
      const type = known.get(member.id)?.type;
      if (type === 'single') continue;
      const problem = type === 'pool' ? 'is a pool, which a pool may not have' : "isn't a backend";
      refuse(new ServiceDefinitionError(file, `properties.pool.services: "${member.id}" ${problem}.`));
    }
  }
  return new BackendEntities(definitions, now);
}

function compileBackend(
  document: BackendDocument,
  namedValues: ReadonlyMap<string, string>,
): BackendDefinition {
  const { id } = document;
  const raw = replaceNamedValues(document, document.properties, namedValues);
  const { type } = raw as { type?: unknown };
  const isPool = typeof type === 'string' && /^pool$/i.test(type);
  const properties = new BackendProperties(document, 'properties', raw, isPool ? POOL_NAMES : SINGLE_NAMES);
  if (properties.has('type') && !/^(single|pool)$/i.test(properties.text('type')))
    properties.fail('type', 'is Single or Pool.');
  if (properties.has('protocol') && properties.text('protocol').toLowerCase() !== 'http')
    properties.fail('protocol', 'is http.');
  if (isPool) return { id, type: 'pool', members: compileMembers(properties) };
  return compileSingle(id, properties);
}

function compileSingle(id: string, properties: BackendProperties): SingleBackendDefinition {
  const url = properties.text('url').trim();
  if (!/^https?:\/\/[^/?#@]+[^?#]*$/i.test(url))
    properties.fail('url', 'is an address: http or https, no query.');
  const tls = properties.object('tls', ['validateCertificateChain', 'validateCertificateName']);
  for (const name of ['validateCertificateChain', 'validateCertificateName']) {
    if (!tls.flag(name, true)) tls.fail(name, 'is true: certificates are always validated here.');
  }
  const credentials = properties.object('credentials', ['header', 'query', 'authorization']);
  const headers = credentials.namedTexts('header');
  for (const [name, values] of headers) checkHeader(credentials, name, values);
  if (credentials.has('authorization')) {
    const authorization = credentials.object('authorization', ['scheme', 'parameter']);
    headers.push(['Authorization', [`${authorization.text('scheme')} ${authorization.text('parameter')}`]]);
  }
  return {
    id,
    type: 'single',
    url: url.replace(/\/$/, ''),
    credentials: { headers, query: credentials.namedTexts('query') },
    circuitBreaker: compileCircuitBreaker(properties),
  };
}

function checkHeader(credentials: BackendProperties, name: string, values: readonly string[]): void {
  try {
    validateHeaderName(name);
    for (const value of values) validateHeaderValue(name, value);
  } catch {
    credentials.fail('header', 'has a name or a value that no header can have.');
  }
}

/** "Currently, you can only configure one rule for a backend circuit breaker." */
function compileCircuitBreaker(properties: BackendProperties): CircuitBreakerRule | undefined {
  const breaker = properties.object('circuitBreaker', ['rules']);
  const [rule, second] = breaker.list('rules', [
    'name',
    'failureCondition',
    'tripDuration',
    'acceptRetryAfter',
  ]);
  if (second) breaker.fail('rules', 'has one rule at most.');
  if (!rule) return undefined;
  const names = ['count', 'percentage', 'interval', 'statusCodeRanges', 'errorReasons'];
  const condition = rule.object('failureCondition', names);
  if (condition.has('count') === condition.has('percentage'))
    condition.fail('', 'has either a count or a percentage.');
  const ranges = condition.list('statusCodeRanges', ['min', 'max']).map((range) => {
    const min = range.wholeNumber('min', 200, 599);
    return { min, max: range.wholeNumber('max', min, 599) };
  });
  const errorReasons = condition.texts('errorReasons').map((reason) => reason.toLowerCase());
  if (ranges.length === 0 && errorReasons.length === 0)
    condition.fail('', 'needs statusCodeRanges or errorReasons.');
  return {
    count: condition.has('count') ? condition.wholeNumber('count', 1, 10_000) : undefined,
    percentage: condition.has('percentage') ? condition.wholeNumber('percentage', 1, 100) : undefined,
    intervalInMs: condition.durationInMs('interval'),
    statusCodeRanges: ranges,
    errorReasons,
    tripDurationInMs: rule.durationInMs('tripDuration'),
    acceptRetryAfter: rule.flag('acceptRetryAfter', false),
  };
}

function compileMembers(properties: BackendProperties): PoolMemberDefinition[] {
  const pool = properties.object('pool', ['services']);
  const members = pool.list('services', ['id', 'priority', 'weight']).map((service) => ({
    // A resource id, of which the part after the last slash is the backend's own.
    id: service.text('id').replace(/^.*\//, ''),
    priority: service.has('priority') ? service.wholeNumber('priority', 0, 100) : 0,
    weight: service.has('weight') ? service.wholeNumber('weight', 0, 100) : 0,
  }));
  if (members.length === 0 || members.length > MAXIMUM_MEMBERS)
    pool.fail('services', `has 1 to ${MAXIMUM_MEMBERS} backends.`);
  if (new Set(members.map(({ id }) => id)).size < members.length)
    pool.fail('services', 'has a backend twice.');
  return members;
}

function replaceNamedValues(
  document: BackendDocument,
  value: unknown,
  namedValues: ReadonlyMap<string, string>,
): unknown {
  if (typeof value === 'string') {
    return value.replace(/\{\{\s*([\w.-]+)\s*\}\}/g, (_, name: string) => {
      const found = namedValues.get(name);
      if (found !== undefined) return found;
      throw new ServiceDefinitionError(document.file, `There is no named value "${name}".`);
    });
  }
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => replaceNamedValues(document, item, namedValues));
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, replaceNamedValues(document, item, namedValues)]),
  );
}
