import { request as requestHttp, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { createSecureContext, type PeerCertificate, type TLSSocket } from 'node:tls';
import { safeText } from './safe-text.ts';

/** A request of the doctor. */
export interface Probe {
  readonly url: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** The host and port to connect to in place of those of the URL; TLS and the header Host keep the URL's name. */
  readonly connectTo?: { readonly host: string; readonly port: number };
  readonly abortSignal?: AbortSignal;
}

/** An answer of a service. */
export interface ProbeAnswer {
  readonly kind: 'answer';
  readonly status: number;
  readonly header: (name: string) => string | undefined;
  /** The body, of which 64 KiB at most are read. */
  readonly text: string;
  /** The time at which the head of the answer came, in milliseconds since 1970. */
  readonly at: number;
  /** The IP address that answered. */
  readonly address: string;
  /** The organization, or else the name, of the certificate's issuer; undefined without TLS. */
  readonly issuer: string | undefined;
}

/** The reason for which a service gave no answer. */
export interface ProbeFailure {
  readonly kind: 'failure';
  readonly reason: 'name' | 'connection' | 'certificate' | 'timeout';
  /** The code of the system's error, such as ENOTFOUND. */
  readonly code: string;
}

/** Sends one request on a connection of its own. Never throws. */
export type SendProbe = (probe: Probe) => Promise<ProbeAnswer | ProbeFailure>;

/** The options of `createSendProbe`. */
export interface SendProbeOptions {
  /** The time limit of a request. */
  readonly timeoutInMs: number;
  /** Returns the time in milliseconds since 1970. */
  readonly now: () => number;
  /** Finds the addresses of a name; the system's way when left out. */
  readonly lookup?: LookupFunction;
  /** PEM of the authorities to trust; those of Node when left out. */
  readonly authorities?: readonly string[];
}

const LONGEST_ANSWER_BYTES = 65_536;
const NAME_CODES = new Set(['ENOTFOUND', 'EAI_AGAIN', 'EAI_NODATA', 'ENODATA', 'EAI_FAIL']);
const CERTIFICATE_CODE = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER|^ERR_TLS|^ERR_SSL|^EPROTO$/;

/** Creates the way in which the doctor asks services. It follows no redirect and repeats nothing. */
export function createSendProbe({ timeoutInMs, now, lookup, authorities }: SendProbeOptions): SendProbe {
  // Reading a hundred authorities takes longer than a request, so all requests share what was read.
  const secureContext = authorities && createSecureContext({ ca: [...authorities] });
  return (probe) =>
    new Promise((resolve) => {
      const url = new URL(probe.url);
      const { host = url.hostname, port = url.port } = probe.connectTo ?? {};
      const isSecure = url.protocol === 'https:';
      const options = {
        host,
        port: port === '' ? (isSecure ? 443 : 80) : port,
        path: `${url.pathname}${url.search}`,
        method: probe.method ?? 'GET',
        headers: {
          host: url.host,
          ...(probe.body !== undefined && { 'content-length': String(Buffer.byteLength(probe.body)) }),
          ...probe.headers,
        },
        agent: false as const,
        signal: AbortSignal.any([
          AbortSignal.timeout(timeoutInMs),
          ...(probe.abortSignal ? [probe.abortSignal] : []),
        ]),
        ...(lookup && { lookup }),
        ...(isSecure && isIP(url.hostname) === 0 && { servername: url.hostname }),
        ...(secureContext && { secureContext }),
      };
      const fail = (error: unknown) => resolve(failureOf(error));
      const request = (isSecure ? requestHttps : requestHttp)(options, (response) => {
        readAnswer(response, now()).then(resolve, fail);
      });
      request.on('error', fail);
      request.end(probe.body);
    });
}

async function readAnswer(response: IncomingMessage, at: number): Promise<ProbeAnswer> {
  const { socket, headers, statusCode = 0 } = response;
  const address = socket.remoteAddress ?? '';
  const issuer = 'getPeerCertificate' in socket ? issuerOf(socket as TLSSocket) : undefined;
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of response as AsyncIterable<Buffer>) {
    parts.push(part);
    size += part.length;
    if (size > LONGEST_ANSWER_BYTES) break;
  }
  const text = Buffer.concat(parts).subarray(0, LONGEST_ANSWER_BYTES).toString('utf8');
  const header = (name: string) => [headers[name]].flat()[0];
  return { kind: 'answer', status: statusCode, header, text, at, address, issuer };
}

function issuerOf(socket: TLSSocket): string {
  // A connection that is closed already has no certificate any more.
  const { issuer } = socket.getPeerCertificate() as Partial<PeerCertificate>;
  const { O: organization, CN: name } = issuer ?? {};
  return safeText([organization ?? name].flat()[0]);
}

function failureOf(error: unknown): ProbeFailure {
  const { code, name } = error as { readonly code?: unknown; readonly name?: unknown };
  const text = typeof code === 'string' ? code : '';
  if (name === 'TimeoutError' || name === 'AbortError' || text === 'ABORT_ERR' || text === 'ETIMEDOUT')
    return { kind: 'failure', reason: 'timeout', code: 'ETIMEDOUT' };
  if (NAME_CODES.has(text)) return { kind: 'failure', reason: 'name', code: text };
  if (CERTIFICATE_CODE.test(text)) return { kind: 'failure', reason: 'certificate', code: text };
  return { kind: 'failure', reason: 'connection', code: text === '' ? 'unknown' : text };
}
