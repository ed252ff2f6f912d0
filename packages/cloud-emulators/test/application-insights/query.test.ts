import fc from 'fast-check';
import { Agent, request } from 'undici';
import { QueryError } from '../../src/application-insights/query/query-error.ts';
import { runQuery } from '../../src/application-insights/query/run-query.ts';
import { telemetryTables } from '../../src/application-insights/query/telemetry-tables.ts';
import { ROLE_IDS } from '../../src/azure-rbac/built-in-roles.ts';
import { assignEverywhere } from '../../src/azure-rbac/role-assignments.ts';
import { type Entra, startEntra } from '../../src/entra/start-entra.ts';
import {
  type ApplicationInsights,
  startApplicationInsights,
} from '../../src/application-insights/start-application-insights.ts';
import { createCertificateAuthority } from '../../src/loopback/certificate-authority.ts';

const KEY = '00000000-0000-4000-8000-000000000001';
const APPLICATION_ID = '00000000-0000-4000-8000-000000000002';
const READER = '00000000-0000-4000-8000-000000000003';
const RESOURCE = 'https://api.applicationinsights.io';
const PATH = `/v1/apps/${APPLICATION_ID}/query`;

let entra: Entra;
let insights: ApplicationInsights;
let dispatcher: Agent;
let token: string;

beforeAll(async () => {
  const authority = await createCertificateAuthority();
  dispatcher = new Agent({ connect: { ca: authority.certificate } });
  entra = await startEntra({ port: 0, tenantId: KEY, applications: [], servicePrincipals: [] });
  insights = await startApplicationInsights({
    port: 0,
    tls: authority.server,
    instrumentationKey: KEY,
    query: {
      applicationId: APPLICATION_ID,
      issuer: entra.v1Issuer,
      jwksUri: entra.jwksUri,
      resourceId: '/component',
      roleAssignments: assignEverywhere(ROLE_IDS.monitoringReader, READER),
    },
  });
  token = await entra.issueIdentityToken(
    { clientId: '', objectId: READER },
    RESOURCE,
    new Date(Date.now() + 3_600_000),
  );
});
afterAll(async () => {
  await dispatcher.destroy();
  await insights.close();
  await entra.close();
});
beforeEach(() => insights.actions['DELETE telemetry']?.(undefined));

interface Event {
  readonly name?: string;
  readonly time?: string;
  readonly properties?: Readonly<Record<string, string>>;
  readonly measurements?: Readonly<Record<string, number>>;
}

async function ingest(
  events: readonly Event[],
  baseType: 'EventData' | 'MessageData' = 'EventData',
): Promise<void> {
  for (const { name = 'call', time = '2026-01-01T10:00:00.000Z', properties, measurements } of events) {
    await insights.ingest({
      name: 'Microsoft.ApplicationInsights.Event',
      time,
      iKey: KEY,
      tags: { 'ai.operation.id': 'operation-1' },
      data: {
        baseType,
        baseData: {
          ver: 2,
          ...(baseType === 'EventData' ? { name } : { message: name, severityLevel: 1 }),
          properties,
          measurements,
        },
      },
    });
  }
}

interface Sent {
  readonly path?: string;
  readonly method?: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

async function send({
  path = PATH,
  method = 'POST',
  headers,
  body,
}: Sent): Promise<{ status: number; text: string }> {
  const answer = await request(`${insights.queryEndpoint}${path}`, {
    method,
    dispatcher,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
    ...(body !== undefined && { body }),
  });
  return { status: answer.statusCode, text: await answer.body.text() };
}

async function ask(query: string): Promise<{ columns: string[]; rows: unknown[][] }> {
  const { status, text } = await send({ body: JSON.stringify({ query }) });
  expect([status, text]).toEqual([200, expect.stringContaining('"PrimaryResult"')]);
  const { tables } = JSON.parse(text) as {
    tables: { columns: { name: string; type: string }[]; rows: unknown[][] }[];
  };
  const [table] = tables;
  return {
    columns: table?.columns.map(({ name, type }) => `${name}:${type}`) ?? [],
    rows: table?.rows ?? [],
  };
}

async function refused(query: string): Promise<unknown> {
  const { status, text } = await send({ body: JSON.stringify({ query }) });
  expect(status).toBe(400);
  const body = JSON.parse(text) as {
    error: { innererror: { code: string; innererror: { message: string } } };
  };
  expect(body).toMatchObject({
    error: { message: 'The request had some invalid properties', code: 'BadArgumentError' },
  });
  const { code, innererror } = body.error.innererror;
  return [code, innererror.message];
}

test('a query is answered with one table of typed columns', async () => {
  await ingest([{ properties: { model: 'm' }, measurements: { tokens: 3 } }]);
  expect(
    await ask(
      'customEvents | project timestamp, name, itemType, itemCount, operation_Id, customDimensions, customMeasurements',
    ),
  ).toEqual({
    columns: [
      'timestamp:datetime',
      'name:string',
      'itemType:string',
      'itemCount:int',
      'operation_Id:string',
      'customDimensions:dynamic',
      'customMeasurements:dynamic',
    ],
    rows: [
      ['2026-01-01T10:00:00Z', 'call', 'customEvent', 1, 'operation-1', '{"model":"m"}', '{"tokens":3}'],
    ],
  });
});

test('a trace has a message and a severity', async () => {
  await ingest([{ name: 'Edge denied' }], 'MessageData');
  expect((await ask('traces | project message, severityLevel, itemType')).rows).toEqual([
    ['Edge denied', 1, 'trace'],
  ]);
});

test.each([
  ['name == "a"', ['a']],
  ["name == 'a'", ['a']],
  ['name != "a"', ['b', 'c']],
  ['name in ("a", "c")', ['a', 'c']],
  ['name == "a" or name == "b" and customDimensions.kind == "x"', ['a']],
  ['(name == "a" or name == "b") and tostring(customDimensions["kind"]) == "y"', ['b']],
  ['not(name == "a")', ['b', 'c']],
  ['timestamp between (datetime(2026-01-01T10:00:01Z) .. datetime(2026-01-01T10:00:02Z))', ['b']],
  ['timestamp > datetime(2026-01-01T10:00:01Z)', ['c']],
  ['timestamp >= datetime(2026-01-01T11:00:01+01:00) and timestamp < datetime(2026-01-02)', ['b', 'c']],
  ['timestamp == datetime(2026-01-01T10:00:02.0000001Z)', ['c']],
  ['todouble(customMeasurements.tokens) between (1 .. 2)', ['a', 'b']],
  ['toint(customMeasurements.tokens) <= 1', ['a']],
  ['isempty(tostring(customDimensions.kind))', ['c']],
  ['isnotempty(tostring(customDimensions.kind))', ['a', 'b']],
  ['strcmp(name, "b") > 0', ['c']],
  ['iff(name == "a", "yes", "no") == "yes"', ['a']],
  ['customDimensions.kind.deeper == "x"', []],
  ['name contains_cs "b"', ['b']],
  ['name startswith_cs "C"', []],
  ['strcat(name, 1, "-", customDimensions.kind) == "a1-x"', ['a']],
  ['name == "a" // or name == "b"\n', ['a']],
  ['// "a", quoted\n  name == "a"', ['a']],
  ['1 == 0', []],
  ['name =~ "A"', ['a']],
  ['name matches regex "^[ab]$"', ['a', 'b']],
  ['name matches regex "[0-9]{1}"', []],
  ['todatetime(customDimensions.kind) < timestamp', []],
  ['todatetime("2026-01-01T10:00:01Z") == timestamp', ['b']],
  ['ingestion_time() > timestamp', ['a', 'b', 'c']],
  ['isnotnull(todatetime(name))', []],
  ['isnotnull(timestamp)', ['a', 'b', 'c']],
])('where %s', async (predicate, names) => {
  await ingest([
    { name: 'a', properties: { kind: 'x' }, measurements: { tokens: 1 } },
    { name: 'b', time: '2026-01-01T10:00:01Z', properties: { kind: 'y' }, measurements: { tokens: 2 } },
    { name: 'c', time: '2026-01-01T10:00:02.0000001Z' },
  ]);
  const { rows } = await ask(`customEvents | where ${predicate} | project name`);
  expect(rows.flat()).toEqual(names);
});

test('rows are summed in groups', async () => {
  await ingest([
    { properties: { model: 'm', outcome: 'answered' }, measurements: { tokens: 3 } },
    { properties: { model: 'm', outcome: 'denied' } },
    { properties: { model: 'n', outcome: 'answered' }, measurements: { tokens: 4.5 } },
  ]);
  expect(
    await ask(
      'customEvents | extend model = tostring(customDimensions.model), tokens = todouble(customMeasurements.tokens)' +
        ' | summarize calls = count(), answered = countif(customDimensions.outcome == "answered"), tokens = sum(tokens) by model' +
        ' | order by calls desc',
    ),
  ).toEqual({
    columns: ['model:string', 'calls:long', 'answered:long', 'tokens:real'],
    rows: [
      ['m', 2, 1, 3],
      ['n', 1, 1, 4.5],
    ],
  });
});

test('the least and the most of numbers and instants, without those that are missing', async () => {
  await ingest([
    { measurements: { tokens: 2 } },
    { time: '2026-01-01T10:00:01Z', measurements: { tokens: 5 } },
    { time: '2026-01-01T09:00:00Z' },
    { name: 'other' },
  ]);
  const { rows } = await ask(
    'customEvents | extend tokens = todouble(customMeasurements.tokens) ' +
      '| summarize least = min(tokens), most = max(tokens), min(timestamp), max(timestamp) by name | order by name asc',
  );
  expect(rows).toEqual([
    ['call', 2, 5, '2026-01-01T09:00:00Z', '2026-01-01T10:00:01Z'],
    ['other', null, null, '2026-01-01T10:00:00Z', '2026-01-01T10:00:00Z'],
  ]);
});

test('columns without a name get the service’s', async () => {
  await ingest([{}]);
  expect(
    (await ask('customEvents | summarize count(), sum(itemCount), countif(itemCount == 1)')).columns,
  ).toEqual(['count_:long', 'sum_itemCount:long', 'countif_:long']);
});

test('without rows there are no groups, but a total', async () => {
  expect((await ask('customEvents | summarize calls = count() by name')).rows).toEqual([]);
  expect((await ask('customEvents | summarize calls = count()')).rows).toEqual([[0]]);
});

test('rows without groups are one row', async () => {
  await ingest([{ time: '2026-01-02T00:00:00Z' }, { time: '2026-01-01T00:00:00Z' }]);
  const asked = 'customEvents | summarize calls = count(), oldest = min(timestamp)';
  expect((await ask(asked)).rows).toEqual([[2, '2026-01-01T00:00:00Z']]);
});

test('instants and whole numbers are rounded down to a multiple', async () => {
  const times = ['2026-01-01T00:00:59.999Z', '2026-01-01T00:01:00Z', '2026-01-01T23:59:00Z'];
  await ingest(times.map((time, index) => ({ time, properties: { n: String(index * 700 - 1) } })));
  const countBy = async (group: string) =>
    (await ask(`customEvents | summarize c = count() by x = ${group} | order by x asc`)).rows;
  expect(await countBy('bin(timestamp, 1m)')).toEqual([
    ['2026-01-01T00:00:00Z', 1],
    ['2026-01-01T00:01:00Z', 1],
    ['2026-01-01T23:59:00Z', 1],
  ]);
  expect(await countBy('bin(timestamp, 1d)')).toEqual([['2026-01-01T00:00:00Z', 3]]);
  // Seven days from the year 1 on, whose first day was a Monday.
  expect(await countBy('bin(timestamp, 7d)')).toEqual([['2025-12-29T00:00:00Z', 3]]);
  expect(await countBy("bin(tolong(customDimensions['n']), 1000)")).toEqual([
    [-1000, 1],
    [0, 1],
    [1000, 1],
  ]);
  expect(await countBy('bin(itemCount, 0)')).toEqual([[null, 3]]);
});

test('days are counted apart', async () => {
  await ingest([
    { time: '2026-01-01T00:00:00Z' },
    { time: '2026-01-01T23:59:59.999Z' },
    { time: '2026-01-02T00:00:00Z' },
  ]);
  expect(
    (await ask('customEvents | summarize calls = count() by day = startofday(timestamp) | sort by day asc'))
      .rows,
  ).toEqual([
    ['2026-01-01T00:00:00Z', 2],
    ['2026-01-02T00:00:00Z', 1],
  ]);
});

test('a union has the columns of both tables, and arg_max the row that is largest', async () => {
  await ingest([
    { name: 'from the app', properties: { id: '1' } },
    { name: 'alone', properties: { id: '2' } },
  ]);
  await ingest([{ name: 'from the edge', properties: { id: '1' } }], 'MessageData');
  const { rows } = await ask(
    'union (traces | extend rank = 1), (customEvents | extend rank = 2)' +
      ' | extend id = tostring(customDimensions.id) | summarize arg_max(rank, *) by id | order by id asc' +
      ' | project id, rank, name, message, severityLevel',
  );
  expect(rows).toEqual([
    ['1', 2, 'from the app', '', null],
    ['2', 2, 'alone', '', null],
  ]);
  expect((await ask('union customEvents, traces | take 2 | project itemType')).rows).toHaveLength(2);
});

test('a table can have a name, also one that is made of another', async () => {
  await ingest([{ name: 'a' }, { name: 'b' }]);
  const { rows } = await ask(
    'let named = customEvents | where name == "a"; let twice = union named, named; twice | project name',
  );
  expect(rows).toEqual([['a'], ['a']]);
});

test('arg_min has the row that came first, and rows without a value count where no row has one', async () => {
  await ingest([
    { name: 'first', time: '2026-01-01T10:00:09Z', measurements: { tokens: 2 } },
    { name: 'second', time: '2026-01-01T10:00:01Z' },
    { name: 'third', time: '2026-01-01T10:00:05Z', measurements: { tokens: 1 } },
  ]);
  const first = async (column: string) => {
    const query =
      `customEvents | extend came = ingestion_time(), tokens = todouble(customMeasurements.tokens) | ` +
      `summarize arg_min(${column}, *) by itemType | project name`;
    return (await ask(query)).rows.flat();
  };
  expect(await first('came')).toEqual(['first']);
  expect(await first('timestamp')).toEqual(['second']);
  expect(await first('tokens')).toEqual(['third']);
  await insights.actions['DELETE telemetry']?.(undefined);
  await ingest([{ name: 'alone' }]);
  expect(await first('tokens')).toEqual(['alone']);
});

test('rows of a union, and of a projection, have no time of ingestion', async () => {
  await ingest([{}]);
  const { rows } = await ask('union customEvents, traces | extend came = ingestion_time() | project came');
  expect(rows).toEqual([[null]]);
  const projected = await ask('customEvents | project name | extend came = ingestion_time() | project came');
  expect(projected.rows).toEqual([[null]]);
});

test('each item of an array becomes a row, and the other columns are repeated', async () => {
  await ingest([
    { name: 'one', properties: { list: '[{"kind":"a","count":2},{"kind":"b","count":3}]' } },
    { name: 'two', properties: { list: '[]' } },
    { name: 'three', properties: { list: 'no JSON' } },
    { name: 'four' },
  ]);
  const query =
    'customEvents | mv-expand item = parse_json(tostring(customDimensions["list"])) ' +
    '| project name, itemKind = tostring(item["kind"]), number = tolong(item["count"])';
  expect(await ask(query)).toEqual({
    columns: ['name:string', 'itemKind:string', 'number:long'],
    rows: [
      ['one', 'a', 2],
      ['one', 'b', 3],
    ],
  });
});

test('order is descending unless it says otherwise, by one key after the other', async () => {
  await ingest(['b', 'a', 'b'].map((name, index) => ({ name, measurements: { index } })));
  const { rows } = await ask(
    'customEvents | order by name, toint(customMeasurements.index) asc | project name, i = toint(customMeasurements.index) | take 2',
  );
  expect(rows).toEqual([
    ['b', 0],
    ['b', 2],
  ]);
});

test('a column whose name is a word of the language is quoted', async () => {
  await ingest([{ properties: { project: 'p' } }]);
  const query =
    "customEvents | extend ['project'] = tostring(customDimensions['project']), [\"x\"] = 1 | project ['project'], x";
  expect(await ask(query)).toEqual({ columns: ['project:string', 'x:long'], rows: [['p', 1]] });
});

test.each([
  ['customEvents | extend project = "p"', 'SyntaxError', /not a keyword/],
  ['customEvents | where project == "p"', 'SyntaxError', /not a keyword/],
  ['customEvents | join traces on name', 'SyntaxError', /operator "join" is not emulated/],
  ['customEvents | where name contains "a"', 'SyntaxError', /end of the query/],
  ['customEvents | where name matches "a"', 'SyntaxError', /"regex"/],
  ['customEvents | where name matches regex "(a|b)"', 'SemanticError', /expression is not emulated/],
  ['customEvents | where name matches regex "a+"', 'SemanticError', /expression is not emulated/],
  ['customEvents | where ingestion_time(1) == timestamp', 'SemanticError', /ingestion_time/],
  ['customEvents | mv-expand name', 'SemanticError', /takes a dynamic value, not string/],
  ['customEvents | mv-expand parse_json(name)', 'SemanticError', /needs a name/],
  ['customEvents | extend mv-expand = 1', 'SyntaxError', /not a keyword/],
  ['customEvents | take all', 'SyntaxError', /whole number/],
  ['customEvents; traces', 'SyntaxError', /offset 12/],
  ['customEvents / all', 'SyntaxError', /offset 13/],
  ['let x = 1; customEvents', 'SyntaxError', /a table/],
  ['let x = customEvents customEvents', 'SyntaxError', /";"/],
  ['let where = customEvents; customEvents', 'SyntaxError', /a name/],
  ['customEvents; let x = customEvents', 'SyntaxError', /end of the query/],
  ['customEvents | where name == "a', 'SyntaxError', /no end/],
  ['customEvents | where name == "a\nb"', 'SyntaxError', /no end/],
  ['customEvents | where name == "\\q"', 'SyntaxError', /escape/],
  ['customEvents | where name == @"a"', 'SyntaxError', /offset 29/],
  ['customEvents | where timestamp > datetime(yesterday)', 'SyntaxError', /ISO 8601/],
  ['customEvents | where timestamp > ago(1d)', 'SemanticError', /function 'ago'/],
  ['customEvents | where timestamp > 1d', 'SyntaxError', /an expression/],
  ['customEvents | extend x = strcat(1m)', 'SemanticError', /bin\(\) alone/],
  ['customEvents | extend x = bin(timestamp, 60)', 'SemanticError', /does not take/],
  ['customEvents | take 1m', 'SyntaxError', /whole number/],
  ['', 'SyntaxError', /a table/],
  [`customEvents | where ${'('.repeat(5000)}`, 'SyntaxError', /nested too deeply/],
  ['pageViews', 'SemanticError', /table named 'pageViews'/],
  ['customEvents | where colour == "a"', 'SemanticError', /named 'colour'/],
  ['customEvents | where name', 'SemanticError', /takes bool, not string/],
  ['customEvents | where name == 1', 'SemanticError', /Cannot compare/],
  ['customEvents | where name > "a"', 'SemanticError', /Cannot compare values of types string and string/],
  ['customEvents | where name.first == "a"', 'SemanticError', /no property/],
  ['customEvents | where name startswith_cs 1', 'SemanticError', /text alone/],
  ['customEvents | where contains_cs(name, "a")', 'SemanticError', /function 'contains_cs'/],
  ['customEvents | extend x = strcat()', 'SemanticError', /does not take/],
  ['customEvents | summarize min(name)', 'SemanticError', /min\(\)/],
  ['customEvents | where has(name, "a")', 'SemanticError', /function 'has'/],
  ['customEvents | where strcmp(name) == 1', 'SemanticError', /does not take \(string\)/],
  ['customEvents | where constructor(name) == 1', 'SemanticError', /function 'constructor'/],
  ['customEvents | summarize avg(itemCount)', 'SemanticError', /avg\(\) is not emulated/],
  ['customEvents | summarize sum(name)', 'SemanticError', /sum\(\)/],
  ['customEvents | summarize arg_max(name, *) by itemType', 'SemanticError', /numbers or datetimes/],
  ['customEvents | summarize x = count(), x = count()', 'SemanticError', /same name/],
  ['customEvents | extend *', 'SemanticError', /./],
  ['customEvents | project tostring(name)', 'SemanticError', /needs a name/],
  ['customEvents | order by customDimensions.x', 'SemanticError', /dynamic/],
  ['union (customEvents | extend x = 1), (traces | extend x = "1")', 'SemanticError', /two types/],
])('refuses %s', async (query, kind, message) => {
  expect(await refused(query)).toEqual([kind, expect.stringMatching(message)]);
});

test('the edge’s requests and metrics are tables', async () => {
  await insights.ingest({
    name: 'Microsoft.ApplicationInsights.Request',
    time: '2026-01-01T10:00:00.000Z',
    iKey: KEY,
    sampleRate: 25,
    tags: { 'ai.operation.id': 'o', 'ai.operation.name': 'api;rev=1 - get', 'ai.operation.parentId': 'p' },
    data: {
      baseType: 'RequestData',
      baseData: {
        ver: 2,
        id: 'i',
        name: 'GET /items',
        url: 'http://127.0.0.1/items',
        responseCode: '429',
        success: false,
        duration: '1.02:03:04.5',
        properties: { 'Request Id': 'r' },
      },
    },
  });
  await insights.ingest({
    name: 'Microsoft.ApplicationInsights.Metric',
    time: '2026-01-01T10:00:00.000Z',
    iKey: KEY,
    data: {
      baseType: 'MetricData',
      baseData: {
        ver: 2,
        metrics: [{ name: 'Total Tokens', value: 7, count: 1 }],
        properties: { Team: 't' },
      },
    },
  });
  const request =
    'requests | project id, name, url, success, resultCode, duration, itemCount, operation_Id, operation_Name, operation_ParentId, requestId = tostring(customDimensions["Request Id"])';
  const duration = (26 * 3600 + 3 * 60 + 4.5) * 1000;
  expect((await ask(request)).rows).toEqual([
    [
      'i',
      'GET /items',
      'http://127.0.0.1/items',
      'False',
      '429',
      duration,
      4,
      'o',
      'api;rev=1 - get',
      'p',
      'r',
    ],
  ]);
  const metric = 'customMetrics | project name, value, valueCount, valueSum, valueMin, valueMax';
  expect((await ask(metric)).rows).toEqual([['Total Tokens', 7, 1, 7, 7, 7]]);
});

test('whatever is asked, it is answered or refused, never a failure', async () => {
  await ingest([{ properties: { a: 'x' }, measurements: { n: 1 } }]);
  const tables = telemetryTables(insights.telemetry());
  const word = fc.constantFrom(
    ...'customEvents traces union where extend project summarize order by take and or in between not'.split(
      ' ',
    ),
    ...'name timestamp customDimensions tostring toint todouble iff strcmp count sum arg_max startofday'.split(
      ' ',
    ),
    ...'| ( ) , = == != < > .. . [ ] * "a" \'b\' 1 2.5 datetime(2026-01-01) asc desc __proto__ x'.split(' '),
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 25 }), fc.boolean(), (words, hasTable) => {
      const query = [...(hasTable ? ['customEvents', '|'] : []), ...words].join(' ');
      try {
        runQuery(query, tables);
      } catch (error) {
        expect(error).toBeInstanceOf(QueryError);
      }
    }),
    { numRuns: 3000 },
  );
});

test.each<[string, Sent, number, string]>([
  ['no token', { headers: { authorization: '' } }, 403, 'InvalidAuthenticationToken'],
  ['what is no token', { headers: { authorization: 'Bearer x.y.z' } }, 403, 'InvalidAuthenticationToken'],
  [
    'another application’s id',
    { path: `/v1/apps/${KEY}/query`, body: '{"query":"customEvents"}' },
    403,
    'InsufficientAccessError',
  ],
  ['another path', { path: `/v1/apps/${APPLICATION_ID}/events` }, 404, 'PathNotFoundError'],
  ['another method', { method: 'GET' }, 404, 'PathNotFoundError'],
  ['no query', { body: '{}' }, 400, 'BadArgumentError'],
  ['no JSON', { body: '{' }, 400, 'BadArgumentError'],
  ['a time span', { body: '{"query":"customEvents","timespan":"P1D"}' }, 400, 'BadArgumentError'],
])('refuses a request with %s', async (_, sent, status, code) => {
  const answer = await send(sent);
  expect([answer.status, JSON.parse(answer.text)]).toEqual([
    status,
    { error: expect.objectContaining({ code }) as unknown },
  ]);
});

test('refuses a request without an Authorization header', async () => {
  const answer = await request(`${insights.queryEndpoint}${PATH}`, { method: 'POST', dispatcher });
  expect([answer.statusCode, await answer.body.json()]).toEqual([
    401,
    {
      error: {
        code: 'AuthenticationFailed',
        message: "Authentication failed. The 'Authorization' header is missing.",
      },
    },
  ]);
});

test.each([
  ['another audience', { aud: 'https://api.loganalytics.io' }, 'InvalidAuthenticationTokenAudience'],
  ['another principal', { oid: KEY }, 'InsufficientAccessError'],
  ['another issuer', { iss: 'https://example.com' }, 'InvalidAuthenticationToken'],
  ['the form v2.0', { iss: undefined, ver: '2.0' }, 'InvalidAuthenticationToken'],
  ['an hour that is over', { exp: 1 }, 'InvalidAuthenticationToken'],
])('refuses a token of %s', async (_, claims, code) => {
  const wrong = await entra.issueToken({
    iss: entra.v1Issuer,
    ver: '1.0',
    aud: RESOURCE,
    oid: READER,
    ...claims,
  });
  const answer = await send({
    headers: { authorization: `Bearer ${wrong}` },
    body: '{"query":"customEvents"}',
  });
  expect([answer.status, JSON.parse(answer.text)]).toEqual([
    403,
    { error: expect.objectContaining({ code }) as unknown },
  ]);
});

test.each<[string, Sent]>([
  ['a body', {}],
  ['its content type', { headers: { 'content-type': 'text/plain' }, body: '{"query":"customEvents"}' }],
])('answers a request without %s with nothing, as is documented', async (_, sent) => {
  expect(await send(sent)).toEqual({ status: 200, text: '' });
});

test('its connection string names the application', () => {
  expect(insights.connectionString).toMatch(new RegExp(`;ApplicationId=${APPLICATION_ID}$`));
});
