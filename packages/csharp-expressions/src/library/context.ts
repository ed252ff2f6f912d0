import type {
  PolicyApi,
  PolicyBody,
  PolicyContext,
  PolicyDeployment,
  PolicyHeaders,
  PolicyProduct,
  PolicyRequest,
  PolicyResponse,
  PolicySubscription,
  PolicyUrl,
  PolicyUser,
} from '../context.ts';
import { spend } from '../budget.ts';
import { type Convert, explicitConversion } from '../conversions.ts';
import { defaultOf } from '../default-value.ts';
import { raise } from '../evaluation-error.ts';
import { readJson } from '../text/read-json.ts';
import { type CsType, getType, laterType, type TypeDeclaration, type Members } from '../types.ts';
import { typedArray } from '../values/boxed.ts';
import { type Dictionary, Lookup, Sequence } from '../values/collections.ts';
import { DateTime } from '../values/date-time.ts';
import { Guid } from '../values/guid.ts';
import { TICKS_PER_MILLISECOND, TimeSpan } from '../values/time-span.ts';

type Readable = Dictionary | Lookup;

const NAMESPACE = 'Microsoft.WindowsAzure.ApiManagement.Proxy.Gateway';
const strings = (): CsType => getType('string');
const objectMap = laterType(() => getType('IReadOnlyDictionary', strings(), getType('object')));
const stringMap = laterType(() => getType('IReadOnlyDictionary', strings(), strings()));
const stringsMap = laterType(() => getType('IReadOnlyDictionary', strings(), getType('Array', strings())));

function variablesOf({ variables }: PolicyContext): Lookup {
  return new Lookup(
    objectMap(),
    (key) => (variables.has(key) ? { key, value: variables.get(key) } : undefined),
    () => variables.keys(),
  );
}

function headersOf(headers: PolicyHeaders): Lookup {
  return new Lookup(
    stringsMap(),
    (key) => {
      const header = headers.get(key.toLowerCase());
      return header && { key: header.name, value: typedArray([...header.values], strings()) };
    },
    () => Array.from(headers.values(), ({ name }) => name),
  );
}

/** A map whose names ignore case. */
function ignoringCase<Item>(
  type: CsType,
  map: ReadonlyMap<string, Item>,
  convert: (item: Item) => unknown,
): Lookup {
  return new Lookup(
    type,
    (name) => {
      const key = map.has(name)
        ? name
        : [...map.keys()].find((other) => other.toLowerCase() === name.toLowerCase());
      const item = key === undefined ? undefined : map.get(key);
      return key === undefined || item === undefined ? undefined : { key, value: convert(item) };
    },
    () => map.keys(),
  );
}

function queryOf({ query }: PolicyUrl): Lookup {
  return ignoringCase(stringsMap(), query, (values) => typedArray([...values], strings()));
}

function readBody({ read }: PolicyBody, preserveContent: boolean, [type]: readonly CsType[]): unknown {
  const bytes = read(preserveContent);
  if (bytes === null) {
    raise(
      'InvalidOperationException',
      'The message body was read before without preserveContent: true, and is gone.',
    );
  }
  const name = type?.name ?? 'string';
  if (name === 'byte[]') return new Uint8Array(bytes);
  const text = new TextDecoder('utf-8').decode(bytes);
  if (name === 'string') return text;
  if (name === 'JToken' || name === 'JObject' || name === 'JArray') return readJson(text, name);
  raise('InvalidCastException', `A body cannot be read as ${name}.`);
}

/** `Variables.GetValueOrDefault<T>`: a variable of another type is an InvalidCastException. */
function variableOr(self: Readable, name: string, fallback: unknown, type: CsType | undefined): unknown {
  const entry = self.find(name);
  if (!entry) return fallback;
  return type ? unboxingTo(type)?.(entry.value) : entry.value;
}

const unboxings = new WeakMap<CsType, Convert | null>();

function unboxingTo(type: CsType): Convert | null {
  let convert = unboxings.get(type);
  if (convert === undefined) unboxings.set(type, (convert = explicitConversion(getType('object'), type)));
  return convert;
}

/** `Headers.GetValueOrDefault` and its like: all values with commas between. */
function joinedOr(self: Readable, name: string, fallback: string | null): unknown {
  const entry = self.find(name);
  if (!entry) return fallback;
  const values = entry.value as readonly string[];
  spend(values.length);
  return values.join(',');
}

const text = (names: string): Members =>
  Object.fromEntries(
    names.split(' ').map((name) => {
      const property = name.charAt(0).toLowerCase() + name.slice(1);
      return [`string ${name}`, (self: object) => (self as Record<string, unknown>)[property] ?? null];
    }),
  );

const interfaceOf = (name: string, members: Members): TypeDeclaration => ({
  name,
  namespace: NAMESPACE,
  kind: 'class',
  members,
});

const URL_MEMBERS: Members = {
  ...text('Scheme Host Path QueryString'),
  'int Port': (self: PolicyUrl) => self.port,
  'IReadOnlyDictionary<string, string[]> Query': queryOf,
  'string ToString()': ({ scheme, host, port, path, queryString }: PolicyUrl) =>
    `${scheme}://${host}${defaultPort(scheme) === port ? '' : `:${port}`}${path}${queryString}`,
};

/** The `context` variable and what hangs on it. */
export const CONTEXT_TYPES: readonly TypeDeclaration[] = [
  interfaceOf('IContext', {
    'IApi Api': (self: PolicyContext) => self.api,
    'IDeployment Deployment': (self: PolicyContext) => self.deployment,
    'TimeSpan Elapsed': (self: PolicyContext) => TimeSpan.from(self.elapsedInMs(), TICKS_PER_MILLISECOND),
    'ILastError LastError': (self: PolicyContext) => self.lastError,
    'IOperation Operation': (self: PolicyContext) => self.operation,
    'IProduct Product': (self: PolicyContext) => self.product,
    'IRequest Request': (self: PolicyContext) => self.request,
    'Guid RequestId': (self: PolicyContext) => Guid.parse(self.requestId) ?? Guid.empty,
    'IResponse Response': (self: PolicyContext) => self.response,
    'ISubscription Subscription': (self: PolicyContext) => self.subscription,
    'DateTime Timestamp': (self: PolicyContext) => DateTime.fromDate(self.timestamp),
    'bool Tracing': (self: PolicyContext) => self.tracing,
    'IUser User': (self: PolicyContext) => self.user,
    'IReadOnlyDictionary<string, object> Variables': variablesOf,
    'void Trace(string message)': (self: PolicyContext, message: string) => self.trace(message),
  }),
  interfaceOf('IApi', {
    ...text('Id Name Path Revision Version'),
    'bool IsCurrentRevision': (self: PolicyApi) => self.isCurrentRevision,
    'IUrl ServiceUrl': (self: PolicyApi) => self.serviceUrl,
    'IEnumerable<string> Protocols': ({ protocols = ['https'] }: PolicyApi) =>
      sequenceOf(strings(), protocols),
    'ISubscriptionKeyParameterNames SubscriptionKeyParameterNames': ({ keyNames }: PolicyApi) =>
      keyNames ?? null,
  }),
  interfaceOf('ISubscriptionKeyParameterNames', text('Header Query')),
  interfaceOf('IDeployment', {
    ...text('GatewayId Region ServiceName'),
    'string ServiceId': (self: PolicyDeployment) => self.serviceName,
    'IGateway Gateway': (self: PolicyDeployment) => self,
    'IReadOnlyDictionary<string, X509Certificate2> Certificates': () =>
      ignoringCase(
        getType('IReadOnlyDictionary', strings(), getType('X509Certificate2')),
        new Map<string, never>(),
        (item) => item,
      ),
  }),
  interfaceOf('IGateway', {
    'string Id': (self: PolicyDeployment) => self.gatewayId,
    'string InstanceId': (self: PolicyDeployment) => self.gatewayId,
    'bool IsManaged': (self: PolicyDeployment) => self.gatewayId === 'managed',
  }),
  interfaceOf('ILastError', text('Source Reason Message Scope Section Path PolicyId')),
  interfaceOf('IOperation', text('Id Method Name UrlTemplate')),
  interfaceOf('IProduct', {
    ...text('Id Name'),
    'IEnumerable<IApi> Apis': ({ apis = [] }: PolicyProduct) => sequenceOf(getType('IApi'), apis),
    'IEnumerable<IGroup> Groups': ({ groups = [] }: PolicyProduct) => sequenceOf(getType('IGroup'), groups),
    'bool ApprovalRequired': ({ approvalRequired = false }: PolicyProduct) => approvalRequired,
    'ProductState State': ({ isPublished = true }: PolicyProduct) => Number(isPublished),
    'int? SubscriptionLimit': ({ subscriptionLimit = null }: PolicyProduct) => subscriptionLimit,
    'bool SubscriptionRequired': ({ subscriptionRequired = true }: PolicyProduct) => subscriptionRequired,
  }),
  { name: 'ProductState', namespace: NAMESPACE, kind: 'enum', values: { NotPublished: 0, Published: 1 } },
  interfaceOf('IRequest', {
    ...text('IpAddress Method'),
    'IMessageBody Body': (self: PolicyRequest) => self.body,
    'IReadOnlyDictionary<string, string[]> Headers': (self: PolicyRequest) => headersOf(self.headers),
    'IReadOnlyDictionary<string, string> MatchedParameters': (self: PolicyRequest) =>
      ignoringCase(stringMap(), self.matchedParameters, (value) => value),
    'IUrl OriginalUrl': (self: PolicyRequest) => self.originalUrl,
    'IUrl Url': (self: PolicyRequest) => self.url,
    'X509Certificate2 Certificate': () => null,
    'IPrivateEndpointConnection PrivateEndpointConnection': () => null,
  }),
  interfaceOf('IPrivateEndpointConnection', text('Name GroupId MemberName')),
  interfaceOf('IResponse', {
    ...text('StatusReason'),
    'IMessageBody Body': (self: PolicyResponse) => self.body,
    'IReadOnlyDictionary<string, string[]> Headers': (self: PolicyResponse) => headersOf(self.headers),
    'int StatusCode': (self: PolicyResponse) => self.statusCode,
  }),
  interfaceOf('ISubscription', {
    ...text('Id Key Name PrimaryKey SecondaryKey'),
    'DateTime CreatedDate': ({ startDate }: PolicySubscription) =>
      DateTime.fromDate(startDate ?? new Date(0)),
    'DateTime? StartDate': ({ startDate }: PolicySubscription) =>
      startDate ? DateTime.fromDate(startDate) : null,
    'DateTime? EndDate': () => null,
  }),
  interfaceOf('IUser', {
    ...text('Email FirstName Id LastName Note'),
    'DateTime RegistrationDate': ({ registrationDate }: PolicyUser) =>
      DateTime.fromDate(registrationDate ?? new Date(0)),
    'IEnumerable<IGroup> Groups': (self: PolicyUser) => sequenceOf(getType('IGroup'), self.groups),
    'IEnumerable<IUserIdentity> Identities': ({ identities = [] }: PolicyUser) =>
      sequenceOf(getType('IUserIdentity'), identities),
  }),
  interfaceOf('IUserIdentity', text('Id Provider')),
  interfaceOf('IGroup', text('Id Name')),
  interfaceOf('IUrl', URL_MEMBERS),
  interfaceOf('IMessageBody', { 'T As<T>(bool preserveContent = false)': readBody }),
  {
    name: 'ContextExtensions',
    namespace: NAMESPACE,
    kind: 'static',
    members: {
      'static T GetValueOrDefault<T>(this IReadOnlyDictionary<string, object> self, string name)': (
        self: Readable,
        name: string,
        [type]: readonly CsType[],
      ) => variableOr(self, name, type && defaultOf(type), type),
      'static object GetValueOrDefault(this IReadOnlyDictionary<string, object> self, string name)': (
        self: Readable,
        name: string,
      ) => variableOr(self, name, null, undefined),
      'static T GetValueOrDefault<T>(this IReadOnlyDictionary<string, object> self, string name, T? fallback)':
        (self: Readable, name: string, fallback: unknown, [type]: readonly CsType[]) =>
          variableOr(self, name, fallback, type),
      'static string GetValueOrDefault(this IReadOnlyDictionary<string, string[]> self, string name)': (
        self: Readable,
        name: string,
      ) => joinedOr(self, name, null),
      'static string GetValueOrDefault(this IReadOnlyDictionary<string, string[]> self, string name, string? fallback)':
        joinedOr,
      'static string GetValueOrDefault(this IReadOnlyDictionary<string, string> self, string name)': (
        self: Readable,
        name: string,
      ) => self.find(name)?.value ?? null,
      'static string GetValueOrDefault(this IReadOnlyDictionary<string, string> self, string name, string? fallback)':
        (self: Readable, name: string, fallback: string | null) => self.find(name)?.value ?? fallback,
    },
  },
];

function sequenceOf(element: CsType, items: readonly unknown[]): Sequence {
  return new Sequence(getType('IEnumerable', element), () => items);
}

function defaultPort(scheme: string): number {
  return scheme === 'https' ? 443 : 80;
}
