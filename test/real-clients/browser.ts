import { createHash, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { delimiter, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { build } from 'esbuild';
import type { RealClients } from './real-clients.ts';

/** The programs that Chromium comes as, the smallest first. */
const PROGRAMS = ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome'];

/** A page ends when its script has reported: until then an image of it is not loaded. */
const PAGE = `<!doctype html>
<script>
  const report = (value) => fetch('/report', { method: 'POST', body: JSON.stringify(value) });
  addEventListener('error', ({ message }) => report({ thrown: message }));
  addEventListener('unhandledrejection', ({ reason }) => report({ thrown: String(reason) }));
</script>
<script type="module" src="/page.js"></script>
<img src="/end" />`;

/** A page as somebody builds and serves it. */
export interface Page {
  /** The origin, with `https` and without a port. */
  readonly origin: string;
  /** The module of the page. Its packages are bundled; it calls `report` with a value once. */
  readonly script: string;
  /** The module `./settings.js`, which is no part of the bundle. */
  readonly settings: string;
}

/**
 * Opens a page in a Chromium without a window, which takes its host for this machine, and waits for its report.
 * @returns the value that the page's script reported; `{ thrown }` for a script that failed.
 * @throws Error when there is no Chromium on this machine.
 */
export async function openPage(clients: RealClients, { origin, script, settings }: Page): Promise<unknown> {
  const { server, reported } = await servePage(clients, await bundle(script), settings);
  const { host } = new URL(origin);
  const { publicKey } = new X509Certificate(clients.certificate.cert);
  const key = createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('base64');
  try {
    await clients.run(
      findChromium(),
      [
        '--headless',
        // The pages are the tests' own, and Chromium has no sandbox for root.
        '--no-sandbox',
        '--disable-gpu',
        '--disable-dev-shm-usage',
        '--disable-background-networking',
        '--user-data-dir=profile',
        `--ignore-certificate-errors-spki-list=${key}`,
        `--host-resolver-rules=MAP ${host}:443 127.0.0.1:${(server.address() as AddressInfo).port}`,
        '--dump-dom',
        `${origin}/`,
      ],
      { env: { NO_PROXY: `127.0.0.1,${host}`, no_proxy: `127.0.0.1,${host}` } },
    );
    return reported();
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

async function servePage(
  { certificate }: RealClients,
  script: string,
  settings: string,
): Promise<{ readonly server: Server; readonly reported: () => unknown }> {
  const ended = Promise.withResolvers<undefined>();
  let report: unknown;
  const files: Readonly<Record<string, readonly [type: string, content: string]>> = {
    '/': ['text/html', PAGE],
    '/page.js': ['text/javascript', script],
    '/settings.js': ['text/javascript', settings],
  };
  const server = createServer(certificate, (request, response) => {
    const { url = '' } = request;
    const file = files[url];
    if (file) response.setHeader('content-type', file[0]).end(file[1]);
    else if (url === '/end') void ended.promise.then(() => response.end());
    else if (url === '/report')
      void text(request).then((body) => {
        report ??= JSON.parse(body) as unknown;
        response.end();
        ended.resolve(undefined);
      });
    else response.writeHead(404).end();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return { server, reported: () => report };
}

async function bundle(script: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: script, resolveDir: __dirname },
    bundle: true,
    format: 'esm',
    platform: 'browser',
    // Anthropic's client imports Node's modules where it needs them, which is not in a browser.
    external: ['./settings.js', 'node:*'],
    write: false,
    logLevel: 'silent',
  });
  return outputFiles[0]?.text ?? '';
}

function findChromium(): string {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const found = PROGRAMS.flatMap((name) => folders.map((folder) => join(folder, name))).find(isProgram);
  if (found !== undefined) return found;
  throw new Error('There is no Chromium on this machine. On Debian: apt-get install chromium-headless-shell');
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
