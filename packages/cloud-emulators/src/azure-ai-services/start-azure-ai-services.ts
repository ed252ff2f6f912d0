import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:https';
import { Control, createControlledListener } from '../control/control.ts';
import type { RoleAssignments } from '../azure-rbac/role-assignments.ts';
import { createAzureTokenVerifier } from '../entra/azure-token-verifier.ts';
import { listen, type Listening } from '../loopback/listen.ts';
import { analyzeText } from './analyze-text.ts';
import { AzureAiError, invalidRequest } from './azure-ai-error.ts';
import { shieldPrompt } from './shield-prompt.ts';

/** A resource of Azure AI services. */
export interface AzureAiResource {
  readonly name: string;
  readonly resourceId: string;
}

/** The options of `startAzureAiServices`. */
export interface AzureAiServicesOptions {
  /** Port of the server; 0 picks a free one. */
  readonly port: number;
  /** PEM of the server's certificate and private key. */
  readonly tls: { readonly cert: string; readonly key: string };
  /** The resources; the name of each is the first label of its host name. */
  readonly resources: readonly AzureAiResource[];
  readonly access: {
    readonly tenantId: string;
    /** Address of the key set that verifies the tenant's tokens. */
    readonly jwksUri: string;
    readonly roleAssignments: RoleAssignments;
  };
  /** The clock, in milliseconds since the epoch. */
  readonly now?: () => number;
}

/** A running emulator of Azure AI Content Safety and Azure AI Language. */
export interface AzureAiServices extends Listening {
  readonly control: Control;
}

const RESOURCE = 'https://cognitiveservices.azure.com';
const DOMAIN = '.cognitiveservices.azure.com';
/** The host names of the emulator's certificate, which match those of Azure's certificates. */
export const AZURE_AI_HOST_NAMES: readonly string[] = [`*${DOMAIN}`];

interface Operation {
  readonly action: string;
  readonly versions: readonly string[];
  readonly answer: (body: unknown) => object;
}

/** The operations by their paths. */
const OPERATIONS: Readonly<Record<string, Operation>> = {
  // Source: https://learn.microsoft.com/rest/api/contentsafety/text-operations/shield-prompt
  '/contentsafety/text:shieldPrompt': {
    action: 'ContentSafety/text:shieldprompt/action',
    versions: ['2024-09-01'],
    answer: shieldPrompt,
  },
  // Source: https://learn.microsoft.com/rest/api/language/text-analysis-runtime/analyze-text
  '/language/:analyze-text': {
    action: 'Language/analyze-text/action',
    versions: ['2023-04-01', '2024-11-01'],
    answer: analyzeText,
  },
};

/** Starts Azure AI services on 127.0.0.1. Requests name a resource by their header Host. */
export async function startAzureAiServices(options: AzureAiServicesOptions): Promise<AzureAiServices> {
  const { access, resources, now = Date.now } = options;
  const control = new Control('azure-ai-services', now);
  const principalOf = createAzureTokenVerifier({ ...access, audience: RESOURCE, now });
  const server = createServer(
    options.tls,
    createControlledListener(control, async (request, body, response) => {
      const send = (status: number, answer: object, headers: Record<string, string> = {}): void => {
        response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers });
        response.end(JSON.stringify(answer));
      };
      try {
        const resource = findResource(request, resources);
        const principal = await principalOf(request.headers.authorization);
        if (!principal) throw unauthorized();
        const operation = findOperation(request);
        const permitted = access.roleAssignments.permits({
          principalId: principal.objectId,
          resourceId: resource.resourceId,
          action: `Microsoft.CognitiveServices/accounts/${operation.action}`,
          isDataAction: true,
        });
        if (!permitted) throw forbidden();
        send(200, operation.answer(parse(body)));
      } catch (error) {
        if (!(error instanceof AzureAiError)) throw error;
        send(error.status, error.body, { 'x-ms-error-code': error.code });
      }
    }),
  );
  return { ...(await listen(server, options.port)), control };
}

function findResource(
  { headers: { host = '' } }: IncomingMessage,
  resources: readonly AzureAiResource[],
): AzureAiResource {
  const resource = resources.find(({ name }) => host === `${name}${DOMAIN}`);
  if (resource) return resource;
  throw new AzureAiError(404, '404', 'Resource not found');
}

function findOperation(request: IncomingMessage): Operation {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'https://127.0.0.1');
  const operation = request.method === 'POST' ? OPERATIONS[pathname] : undefined;
  if (!operation) {
    throw new AzureAiError(
      404,
      '404',
      'The emulator has no such operation: text:shieldPrompt and :analyze-text.',
    );
  }
  if (!operation.versions.includes(searchParams.get('api-version') ?? ''))
    throw new AzureAiError(
      400,
      'InvalidApiVersionParameter',
      `api-version is not one of ${operation.versions.join(', ')}.`,
    );
  return operation;
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw invalidRequest('The request body is not valid JSON.');
  }
}

/** Source: https://learn.microsoft.com/azure/ai-services/authentication */
function unauthorized(): AzureAiError {
  return new AzureAiError(
    401,
    'Unauthorized',
    'Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a valid key for an active subscription and use a correct regional API endpoint for your resource.',
  );
}

/** Source: https://learn.microsoft.com/azure/ai-services/openai/how-to/managed-identity */
function forbidden(): AzureAiError {
  return new AzureAiError(
    401,
    'PermissionDenied',
    'The principal lacks the required data action to perform this operation.',
  );
}
