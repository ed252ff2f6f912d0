import {
  ExpressionEvaluationError,
  type ExpressionKind,
  loadExpressionCompiler,
  textOf as textOfValue,
} from '../src/compile.ts';
import type { PolicyContext } from '../src/context.ts';
import { Jwt } from '../src/jwt.ts';
import { membersOf } from '../src/members.ts';
import { allDefinitions } from '../src/types.ts';
import { sampleBody, samplePolicyContext, SAMPLE_TOKEN } from './sample-policy-context.ts';

const loading = loadExpressionCompiler();

async function evaluate(
  source: string,
  context: PolicyContext = samplePolicyContext(),
  kind: ExpressionKind = 'expression',
): Promise<unknown> {
  return (await loading).compile(source, kind).evaluate(context);
}

async function textOf(source: string, context?: PolicyContext): Promise<string> {
  return textOfValue(await evaluate(source, context));
}

async function failureOf(source: string, context?: PolicyContext, kind?: ExpressionKind): Promise<string> {
  try {
    await evaluate(source, context, kind);
  } catch (error) {
    if (error instanceof ExpressionEvaluationError) return `${error.exceptionType}: ${error.message}`;
    throw error;
  }
  throw new Error('It answered.');
}

test('reads what the engine knows of the request', async () => {
  expect(
    await textOf('context.Request.Method + " " + context.Request.Url.Path + context.Request.Url.QueryString'),
  ).toBe('POST /vertex/v1/models?alt=sse&tag=a&tag=b');
  expect(await evaluate('context.Request.OriginalUrl.ToString()')).toBe(
    'https://gateway.example/vertex/v1/models?alt=sse&tag=a&tag=b',
  );
  expect(await evaluate('context.Request.Url.Query.GetValueOrDefault("tag", "")')).toBe('a,b');
  expect(await evaluate('context.Request.MatchedParameters["model"]')).toBe('gemini-3.5-flash');
  expect(await evaluate('context.Request.MatchedParameters.GetValueOrDefault("x", "none")')).toBe('none');
  expect(await textOf('context.RequestId')).toBe('6f2f1c2e-0000-4000-8000-000000000001');
  expect(await textOf('context.Timestamp.ToString("o")')).toBe('2026-01-02T03:04:05.0000000Z');
  expect(await textOf('context.Elapsed.TotalMilliseconds')).toBe('12');
  expect(
    await evaluate('context.Api.Path + "/" + context.Operation.Id + "@" + context.Deployment.Region'),
  ).toBe('vertex/predict@local');
});

test('reads what is known of the product, the subscription and the gateway', async () => {
  const api = { id: 'a', name: 'A', path: 'a', version: '', revision: '1', isCurrentRevision: true };
  const context = samplePolicyContext({
    api: { ...api, serviceUrl: null, keyNames: { header: 'api-key', query: 'key' } },
    product: {
      id: 'p',
      name: 'P',
      apis: [{ ...api, serviceUrl: null }],
      groups: [{ id: 'developers', name: 'Developers' }],
      approvalRequired: true,
      isPublished: false,
      subscriptionLimit: 2,
      subscriptionRequired: false,
    },
    user: {
      id: 'u',
      email: 'u@example.com',
      firstName: 'U',
      lastName: 'V',
      note: 'n',
      registrationDate: new Date('2026-01-01T00:00:00Z'),
      identities: [{ id: 'i', provider: 'Aad' }],
      groups: [],
    },
    subscription: {
      id: 's',
      name: 'S',
      key: 'k',
      primaryKey: 'k',
      secondaryKey: '',
      startDate: new Date('2026-01-01T00:00:00Z'),
    },
  });
  const read = (source: string): Promise<string> => textOf(`context.${source}`, context);
  expect(await read('Api.SubscriptionKeyParameterNames.Header')).toBe('api-key');
  expect(await read('Api.Protocols.First()')).toBe('https');
  expect(await read('Product.Apis.Select(a => a.Id).Single() + context.Product.Groups.First().Name')).toBe(
    'aDevelopers',
  );
  expect(await read('Product.ApprovalRequired')).toBe('True');
  expect(await read('Product.State')).toBe('NotPublished');
  expect(await read('Product.State == ProductState.Published')).toBe('False');
  expect(await read('Product.SubscriptionLimit ?? 0')).toBe('2');
  expect(await read('Product.SubscriptionRequired')).toBe('False');
  expect(await read('Subscription.StartDate.Value.Year + context.Subscription.CreatedDate.Year')).toBe(
    '4052',
  );
  expect(await read('Subscription.EndDate.HasValue')).toBe('False');
  expect(await read('User.Identities.First().Provider + context.User.Note')).toBe('Aadn');
  expect(await read('User.RegistrationDate.Year')).toBe('2026');
  expect(await read('Deployment.Gateway.IsManaged')).toBe('True');
  expect(await read('Deployment.Gateway.Id + context.Deployment.ServiceId')).toBe('managedlocal');
});

test('no call has a client certificate or comes by a private endpoint', async () => {
  expect(
    await evaluate(
      'context.Request.Certificate == null || !context.Request.Certificate.Verify() || context.Request.Certificate.Thumbprint != "x"',
    ),
  ).toBe(true);
  expect(await evaluate('context.Request.PrivateEndpointConnection?.Name')).toBeNull();
  expect(await evaluate('context.Deployment.Certificates.ContainsKey("x")')).toBe(false);
});

test('finds headers by any case, as arrays and as text', async () => {
  expect(await evaluate('context.Request.Headers.GetValueOrDefault("ACCEPT", "")')).toBe(
    'text/html,application/json',
  );
  expect(await evaluate('context.Request.Headers["accept"][1]')).toBe('application/json');
  expect(await evaluate('context.Request.Headers.GetValueOrDefault("x-none")')).toBeNull();
  expect(await evaluate('context.Request.Headers.ContainsKey("Authorization")')).toBe(true);
  expect(
    await evaluate(
      'string[] v; return context.Request.Headers.TryGetValue("accept", out v) ? v.Length : 0;',
      undefined,
      'statements',
    ),
  ).toBe(2);
  expect(await failureOf('context.Request.Headers["x-none"][0]')).toMatch(/^KeyNotFoundException/);
});

test('gives variables their own types', async () => {
  expect(await evaluate('context.Variables.GetValueOrDefault<int>("count") + 1')).toBe(6);
  expect(await evaluate('(string)context.Variables["text"] + "!"')).toBe('value!');
  expect(await evaluate('context.Variables.GetValueOrDefault("missing", "fallback")')).toBe('fallback');
  expect(await evaluate('context.Variables.GetValueOrDefault<bool>("missing")')).toBe(false);
  expect(await evaluate('context.Variables.ContainsKey("flag") && (bool)context.Variables["flag"]')).toBe(
    true,
  );
  expect(await failureOf('(string)context.Variables["count"]')).toBe(
    "InvalidCastException: Unable to cast object of type 'System.Int32' to type 'System.String'.",
  );
  expect(await failureOf('context.Variables.GetValueOrDefault<string>("count")')).toMatch(
    /^InvalidCastException/,
  );
  expect(await failureOf('context.Variables["missing"]')).toMatch(/^KeyNotFoundException/);
});

test('keeps the type of a value from one expression to the next', async () => {
  for (const [source, cast, text] of [
    ['1.5', '((double)context.Variables["v"]).ToString("F2")', '1.50'],
    ['2L', '(long)context.Variables["v"] + 1', '3'],
    ['1.10m', '(decimal)context.Variables["v"]', '1.10'],
    ["'a'", '(char)context.Variables["v"]', 'a'],
    ['new List<string> { "a", "b" }', '((List<string>)context.Variables["v"]).Count', '2'],
    ['JObject.Parse("{\\"a\\": 1}")', '((JObject)context.Variables["v"])["a"]', '1'],
    ['DateTime.Parse("2026-01-02")', '((DateTime)context.Variables["v"]).Day', '2'],
    ['new[] { "a" }', '((string[])context.Variables["v"])[0]', 'a'],
  ] as const) {
    const variables = new Map([['v', await evaluate(source)]]);
    expect(await textOf(cast, samplePolicyContext({ variables }))).toBe(text);
  }
});

test('gives null for what the call has not, and an exception where that is used', async () => {
  expect(await evaluate('context.Subscription?.Id ?? "anonymous"')).toBe('anonymous');
  expect(await evaluate('context.User == null && context.LastError == null')).toBe(true);
  expect(await evaluate('context.Product?.Name')).toBe('Sandbox');
  expect(await failureOf('context.Subscription.Id')).toBe(
    'NullReferenceException: Object reference not set to an instance of an object.',
  );
});

test('reads the body once, or again where it is preserved', async () => {
  const request = (): PolicyContext => samplePolicyContext();
  expect(
    await evaluate(
      'context.Request.Body.As<JObject>(preserveContent: true)["messages"][0].Value<string>("content")',
    ),
  ).toBe('hi');
  expect(await evaluate('(bool?)context.Request.Body?.As<JObject>(true)["stream"] ?? false')).toBe(true);
  const consumed = request();
  expect(await evaluate('context.Request.Body.As<string>().Length', consumed)).toBeGreaterThan(10);
  expect(await failureOf('context.Request.Body.As<string>()', consumed)).toMatch(
    /^InvalidOperationException: .*preserveContent/,
  );
  const preserved = request();
  expect(await evaluate('context.Request.Body.As<string>(true)', preserved)).toBe(
    await evaluate('context.Request.Body.As<string>()', preserved),
  );
});

test('says which bodies an expression reads', async () => {
  const { compile } = await loading;
  expect(compile('context.Request.Body.As<string>()', 'expression').reads).toEqual({
    requestBody: true,
    responseBody: false,
  });
  expect(compile('var r = context.Response; return r.Body.As<string>();', 'statements').reads).toEqual({
    requestBody: false,
    responseBody: true,
  });
  expect(compile('((IResponse)context.Variables["r"]).Body.As<JObject>()["a"]', 'expression').reads).toEqual({
    requestBody: false,
    responseBody: false,
  });
});

test('reads a response that a variable holds', async () => {
  const response = {
    type: 'IResponse' as const,
    statusCode: 200,
    statusReason: 'OK',
    headers: new Map(),
    body: sampleBody('{"a": 1}'),
  };
  const context = samplePolicyContext({ variables: new Map([['r', response]]) });
  expect(await textOf('((IResponse)context.Variables["r"]).Body.As<JObject>()["a"]', context)).toBe('1');
  expect(await evaluate('context.Variables.GetValueOrDefault<IResponse>("r").StatusCode', context)).toBe(200);
});

test('reads tokens', async () => {
  const jwt = 'context.Request.Headers.GetValueOrDefault("Authorization", "").AsJwt()';
  expect(await evaluate(`${jwt}?.Subject`)).toBe('subject');
  expect(await evaluate(`string.Join(" ", ${jwt}.Claims["roles"])`)).toBe('Sandbox.Use Scoring.Predict');
  expect(await evaluate(`${jwt}.Claims.GetValueOrDefault("roles", "")`)).toBe('Sandbox.Use,Scoring.Predict');
  expect(await evaluate(`${jwt}.Audiences.Contains("b") && ${jwt}.ExpirationTime < DateTime.UtcNow`)).toBe(
    true,
  );
  expect(await evaluate('"no token".AsJwt()')).toBeNull();
  const context = samplePolicyContext({ variables: new Map([['jwt', Jwt.parse(SAMPLE_TOKEN)]]) });
  expect(await evaluate('((Jwt)context.Variables["jwt"]).Claims["oid"].FirstOrDefault()', context)).toBe(
    '42',
  );
});

test('names the static type of the result', async () => {
  const { compile } = await loading;
  expect(compile('1 + 1', 'expression').resultType).toBe('int');
  expect(compile('context.Request.Headers["a"]', 'expression').resultType).toBe('string[]');
  expect(compile('if (context.Tracing) return null; return "a";', 'statements').resultType).toBe('string');
  expect(compile('if (context.Tracing) return 1; return "a";', 'statements').resultType).toBe('object');
});

test.each([
  ['context.Request.Foo', 'expression', 1, 17],
  ['1 +\n  foo', 'expression', 2, 3],
  ['var a = 1;\nreturn a.Foo();', 'statements', 2, 10],
  ['new System.IO.FileStream("a")', 'expression', 1, 5],
  ['System.IO.File.ReadAllText("a")', 'expression', 1, 8],
  ['Environment.GetEnvironmentVariable("a")', 'expression', 1, 1],
  ['typeof(string).Assembly', 'expression', 1, 1],
  ['new[] { 1 }.Select(x => x.Foo)', 'expression', 1, 27],
  ['1; } object X() { return 1', 'expression', 1, 1],
  ['return 1', 'statements', 1, 9],
  ['', 'expression', 1, 1],
  ['context.Variables["a"] == "b"', 'expression', 1, 1],
  ['async () => 1', 'expression', 1, 1],
  ['new int[2, 2]', 'expression', 1, 12],
  ['@"a', 'expression', 1, 1],
  ['DateTime.SpecifyKind(DateTime.Now, DateTimeKind.Utc)', 'expression', 1, 10],
  ['DateTimeKind.Local', 'expression', 1, 14],
  ['Regex.Escape("a")', 'expression', 1, 7],
  ['Func<int> f = () => 1; return f();', 'statements', 1, 31],
  ['throw new FormatException("a");', 'statements', 1, 7],
  ['x is not null', 'expression', 1, 1],
] as const)('refuses %j at load with its place', async (source, kind, line, column) => {
  const { compile } = await loading;
  expect(() => compile(source, kind)).toThrow(
    expect.objectContaining({ name: 'ExpressionError', line, column }) as Error,
  );
});

test.each([
  'while (true) { }',
  'var s = "a"; while (true) { s += s; }',
  'var l = new List<int>(); while (true) { l.Add(1); }',
  'return Enumerable.Range(0, int.MaxValue).Sum(x => 1L);',
  'try { while (true) { } } catch (Exception) { return 1; }',
  'var o = new JObject(); while (true) { o["a" + o.Count] = o.DeepClone(); }',
  'var l = new List<int>(); while (true) { l.Insert(0, 1); }',
  'return Enumerable.Range(0, 100000).Select(x => Enumerable.Range(0, 100000).Count(y => y == x)).Sum();',
])('stops %j', async (source) => {
  expect(
    await failureOf(`${source}${source.includes('return') ? '' : ' return 1;'}`, undefined, 'statements'),
  ).toMatch(/^ExpressionBudgetExceeded/);
});

test('bounds what a regular expression is matched against', async () => {
  expect(await failureOf('Regex.IsMatch(new string(\'a\', 300000), "b")')).toMatch(/^NotSupportedException/);
});

test('every signature of the library can be read', () => {
  const members = [...allDefinitions()].flatMap(membersOf);
  expect(members.length).toBeGreaterThan(700);
});

test.each([
  '(string)context.Response.Body.As<JObject>(true)["model"]',
  '(string)context.Response.Body.As<JObject>(preserveContent: true)["model"] == "m" && true',
  '(int)(long)context.Response.Body.As<JToken>(true)',
  'context.Response.Body.As<JObject>((true))["model"]',
])('%s reads the body of the response', async (source) => {
  expect((await loading).compile(source, 'expression').reads).toEqual({
    requestBody: false,
    responseBody: true,
  });
});

test('what is wrong behind a cast of a generic call is told at its place', async () => {
  const { compile } = await loading;
  const source = '(string)context.Request.Body.As<JObject>(true)["a"].Nothing';
  expect(() => compile(source, 'expression')).toThrow(
    expect.objectContaining({ line: 1, column: source.indexOf('Nothing') + 1 }) as Error,
  );
  expect(() => compile('(string)context.Request.Body.As<Nothing>(true)["a"]', 'expression')).toThrow(
    expect.objectContaining({ line: 1, column: source.indexOf('JObject') + 1 }) as Error,
  );
});

test('a claim keeps every digit', async () => {
  const claims = '{"sub":"s","big":12345678901234567890123,"list":[9007199254740993,1]}';
  const token = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from(claims).toString('base64url')}.`;
  const claim = (name: string): Promise<string> =>
    textOf(`string.Join(" ", "${token}".AsJwt().Claims["${name}"])`);
  expect([await claim('big'), await claim('list')]).toEqual([
    '12345678901234567890123',
    '9007199254740993 1',
  ]);
});

test('takes microseconds', async () => {
  const { evaluate: run } = (await loading).compile(
    'context.Request.Headers.GetValueOrDefault("accept", "").Split(\',\').Any(t => t.Trim() == "application/json") ? "json" : "other"',
    'expression',
  );
  const context = samplePolicyContext();
  const started = process.hrtime.bigint();
  for (let round = 0; round < 2000; round += 1) run(context);
  expect(Number(process.hrtime.bigint() - started) / 2000 / 1000).toBeLessThan(500);
});

test('gives a variable without a type as an object', async () => {
  const context = samplePolicyContext({ variables: new Map([['code', 'a b']]) });
  expect(await evaluate('$"code={context.Variables.GetValueOrDefault("code")}"', context)).toBe('code=a b');
  expect(await evaluate('context.Variables.GetValueOrDefault("none") == null', context)).toBe(true);
});

test('encrypts and decrypts bytes with AES', async () => {
  const zeros = 'new byte[16]';
  expect(
    await evaluate(
      `Convert.ToBase64String(Encoding.UTF8.GetBytes("abc").Encrypt("Aes", ${zeros}, ${zeros}))`,
    ),
  ).toBe('l2qZX5TPTB4ktuL7Bn56aQ==');
  const plain = (algorithm: string, key: string): string =>
    `Encoding.UTF8.GetString(Convert.FromBase64String("l2qZX5TPTB4ktuL7Bn56aQ==").Decrypt("${algorithm}", ${key}, ${zeros}))`;
  expect(await evaluate(plain('Aes', zeros))).toBe('abc');
  expect(await failureOf(plain('Aes', 'new byte[] { 1, 2 }'))).toMatch(/^CryptographicException: .*key/);
  expect(await failureOf(plain('DES', zeros))).toMatch(/^NotSupportedException: .*supported: Aes/);
  expect(await failureOf(plain('Aes', 'new byte[32]'))).toBe(
    'CryptographicException: Padding is invalid and cannot be removed.',
  );
});

test('gives a text the same hash code in every process', async () => {
  expect(await evaluate('"abc".GetHashCode()')).toBe(0x1a47e90b);
});

test('finds no token and no credentials where there are none', async () => {
  const reads = (method: string, text: string): Promise<unknown> =>
    evaluate(
      `if ("${text}".${method}(out var found)) { return found != null; } return found == null ? "none" : "?";`,
      undefined,
      'statements',
    );
  expect(await reads('TryParseJwt', `Bearer ${SAMPLE_TOKEN}`)).toBe(true);
  expect(await reads('TryParseJwt', 'Basic dTpw')).toBe('none');
  expect(await reads('TryParseBasic', 'Basic dTpw')).toBe(true);
  expect(await reads('TryParseBasic', 'Bearer a.b.c')).toBe('none');
});
