import { createServer } from 'node:https';
import { Control, createControlledListener } from '../control/control.ts';
import { listen, type Listening } from '../loopback/listen.ts';
import type { ProjectCall } from '../google/iam-policies.ts';
import type { CheckAccessToken } from '../vertex-ai/check-access.ts';
import { CANONICAL_CODES, errorBody, GoogleError } from '../vertex-ai/google-error.ts';
import { sanitize } from './sanitize.ts';
import type { ModelArmorTemplate } from './sample-templates.ts';

/** The options of `startModelArmor`. */
export interface ModelArmorOptions {
  /** Port of the server; 0 picks a free one. */
  readonly port: number;
  /** PEM of the server's certificate and private key. */
  readonly tls: { readonly cert: string; readonly key: string };
  readonly templates: readonly ModelArmorTemplate[];
  readonly checkAccessToken: CheckAccessToken;
  /** Finds what refuses a principal's call; everybody with a token may use the templates when left out. */
  readonly findRefusal?: (principal: string, call: ProjectCall) => 'service' | 'permission' | undefined;
  /** The clock, in milliseconds since the epoch. */
  readonly now?: () => number;
}

/** A running emulator of Model Armor. */
export interface ModelArmor extends Listening {
  readonly control: Control;
}

const PATH =
  /^\/v1\/(projects\/[^/:]+\/locations\/([^/:]+)\/templates\/[^/:]+):(sanitizeUserPrompt|sanitizeModelResponse)$/;
const SERVICE = 'modelarmor.googleapis.com';
const PERMISSIONS = {
  sanitizeUserPrompt: 'useToSanitizeUserPrompt',
  sanitizeModelResponse: 'useToSanitizeModelResponse',
} as const;
const DATA = { sanitizeUserPrompt: 'userPromptData', sanitizeModelResponse: 'modelResponseData' } as const;

/**
 * Starts Model Armor on 127.0.0.1. Each location has a host of its own, which the header Host names.
 * Source: https://cloud.google.com/security-command-center/docs/reference/model-armor/rest
 */
export async function startModelArmor(options: ModelArmorOptions): Promise<ModelArmor> {
  const { templates, checkAccessToken, findRefusal = () => undefined, now = Date.now } = options;
  const control = new Control('model-armor', now);
  const server = createServer(
    options.tls,
    createControlledListener(control, (request, body, response) => {
      const send = (status: number, answer: object): void => {
        response.writeHead(status, { 'content-type': 'application/json; charset=UTF-8' });
        response.end(JSON.stringify(answer));
      };
      try {
        const token = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? '';
        const holder = checkAccessToken(token);
        if (!holder)
          throw new GoogleError('UNAUTHENTICATED', 'Request had invalid authentication credentials.');
        const { pathname } = new URL(request.url ?? '/', 'https://127.0.0.1');
        const [, name = '', location = '', method = ''] = PATH.exec(pathname) ?? [];
        if (request.method !== 'POST' || !isMethod(method))
          throw new GoogleError('NOT_FOUND', 'Method not found.');
        const permission = `modelarmor.templates.${PERMISSIONS[method]}`;
        const project = name.split('/')[1] ?? '';
        if (findRefusal(holder.principal, { project, service: SERVICE, permission }))
          throw new GoogleError(
            'PERMISSION_DENIED',
            `Permission '${permission}' denied on resource '${name}'.`,
          );
        const template = templates.find((one) => one.name === name);
        if (request.headers.host !== `modelarmor.${location}.rep.googleapis.com` || !template)
          throw new GoogleError('NOT_FOUND', `Resource '${name}' was not found.`);
        send(200, { sanitizationResult: sanitize(readText(body, DATA[method]), template.filters) });
      } catch (error) {
        if (!(error instanceof GoogleError)) throw error;
        send(CANONICAL_CODES[error.code].http, errorBody(error));
      }
    }),
  );
  return { ...(await listen(server, options.port)), control };
}

function isMethod(name: string): name is keyof typeof DATA {
  return Object.hasOwn(DATA, name);
}

function readText(body: Buffer, member: string): string {
  const data = asObject(asObject(parse(body))[member]);
  const { text } = data;
  if (typeof text !== 'string' || Object.keys(data).length !== 1)
    throw new GoogleError('INVALID_ARGUMENT', `The emulator screens texts alone: ${member}.text.`);
  return text;
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw new GoogleError('INVALID_ARGUMENT', 'Invalid JSON payload received.');
  }
}

function asObject(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
