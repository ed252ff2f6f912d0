import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  type RunningApiManagement,
  startApiManagement,
} from '@vertex-ai-gateway/apim-emulator/start-api-management';
import { Agent, request } from 'undici';
import {
  createCertificateAuthority,
  type LocalCertificateAuthority,
} from '../src/loopback/certificate-authority.ts';
import { listen } from '../src/loopback/listen.ts';

/** An API whose answers name the scheme and the port that they were asked for at. */
const FILES = {
  'apis/echo/apiInformation.json': JSON.stringify({
    properties: { displayName: 'Echo', path: 'echo', subscriptionRequired: false },
  }),
  'apis/echo/specification.yaml': `
openapi: 3.0.3
info: { title: Echo, version: '1' }
paths:
  /address: { get: { operationId: address } }
`,
  'apis/echo/operations/address/policy.xml': `<policies><inbound>
<return-response>
  <set-status code="200" />
  <set-body>@(context.Request.OriginalUrl.Scheme + " " + context.Request.OriginalUrl.Port)</set-body>
</return-response>
</inbound><backend><base /></backend><outbound><base /></outbound><on-error><base /></on-error></policies>`,
};

let directory: string;
let authority: LocalCertificateAuthority;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'edge-'));
  for (const [path, content] of Object.entries(FILES)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), content);
  }
  authority = await createCertificateAuthority();
});

afterAll(() => rmSync(directory, { recursive: true }));

function start(options: {
  readonly tlsPort: number;
  readonly resets?: boolean;
}): Promise<RunningApiManagement> {
  return startApiManagement({
    directory,
    port: 0,
    tls: { port: options.tlsPort, ...authority.server },
    namedValues: {},
    subscriptions: [],
    entraAuthority: 'http://127.0.0.1:9',
    managedIdentityToken: () => Promise.reject(new Error('no managed identity here')),
    emitTrace: () => undefined,
    intercept: (_, response) => {
      if (options.resets) response.socket?.resetAndDestroy();
      return Promise.resolve(options.resets === true);
    },
  });
}

test('the edge answers over TLS as it does without, at an address of its own', async () => {
  const edge = await start({ tlsPort: 0 });
  const dispatcher = new Agent({ connect: { ca: authority.certificate } });
  const ask = async (origin: string): Promise<string> =>
    (await request(`${origin}/echo/address`, { dispatcher })).body.text();

  const secure = `https://127.0.0.1:${edge.tlsPort}`;
  await expect(ask(secure)).resolves.toBe(`https ${edge.tlsPort}`);
  const plain = `http://127.0.0.1:${edge.port}`;
  await expect(ask(plain)).resolves.toBe(`http ${edge.port}`);
  await expect(request(secure)).rejects.toThrow('certificate');

  await Promise.all([dispatcher.close(), edge.close()]);
  await expect(request(secure, { dispatcher: new Agent() })).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

test('a connection over TLS can be reset', async () => {
  const edge = await start({ tlsPort: 0, resets: true });
  const dispatcher = new Agent({ connect: { ca: authority.certificate } });
  await expect(
    request(`https://127.0.0.1:${edge.tlsPort}/echo/address`, { dispatcher }),
  ).rejects.toMatchObject({ code: 'ECONNRESET' });
  await Promise.all([dispatcher.close(), edge.close()]);
});

test('nothing listens when the port for TLS is taken', async () => {
  const taken = await listen(createServer(), 0);
  await expect(start({ tlsPort: taken.port })).rejects.toMatchObject({
    code: 'EADDRINUSE',
    port: taken.port,
  });
  await taken.close();
});
