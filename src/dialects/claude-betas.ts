import { GatewayError, type FieldViolation } from '../errors/gateway-error.ts';
import { invalidBody } from '../errors/invalid-body.ts';
import type { JsonEdits } from '../json/edit-json.ts';
import type { JsonValue } from '../json/json-value.ts';
import type { ReadHeader } from '../prediction/caller.ts';
import { listMembers } from './forwarded-headers.ts';

/** One beta of Anthropic's API as Vertex AI takes it. */
export interface Beta {
  /** The name that Vertex AI has for it; undefined where Vertex AI refuses the name. */
  readonly sent?: string;
  /** Members of the body that the beta adds. A call with one of them is refused, because it would get another answer. */
  readonly members?: readonly string[];
  /** Types of tools, without their version, that the beta adds. A call with one of them is refused, too. */
  readonly tools?: readonly string[];
  /** The page or report that tells how Vertex AI takes the beta. */
  readonly source: string;
}

const FEATURES = 'https://platform.claude.com/docs/en/build-with-claude/overview';
/** LiteLLM's list of the betas that each provider takes, which is kept up to date from refusals. */
const LITELLM = 'https://github.com/BerriAI/litellm/blob/main/litellm/anthropic_beta_headers_config.json';

const taken = (name: string, source: string): [string, Beta] => [name, { sent: name, source }];
const refused = (
  name: string,
  source: string,
  adds: Pick<Beta, 'members' | 'tools'> = {},
): [string, Beta] => [name, { ...adds, source }];

/**
 * The betas that clients send and whose way through Vertex AI is known. A beta that Vertex AI refuses is left out where the
 * call uses nothing that it adds: it then changes nothing, because its feature is there without it, is about caching and
 * speed alone, or is not used. A beta that is not listed goes on, and Vertex AI refuses it by name or takes it.
 */
export const BETAS: ReadonlyMap<string, Beta> = new Map([
  taken('claude-code-20250219', FEATURES),
  taken('compact-2026-01-12', LITELLM),
  taken('compact-2026-09-04', LITELLM),
  taken('computer-use-2025-01-24', FEATURES),
  taken('computer-use-2025-11-24', LITELLM),
  taken('context-1m-2025-08-07', FEATURES),
  taken('context-management-2025-06-27', FEATURES),
  taken('extended-cache-ttl-2025-04-11', FEATURES),
  taken('fine-grained-tool-streaming-2025-05-14', FEATURES),
  taken('interleaved-thinking-2025-05-14', 'https://github.com/anthropics/claude-code/issues/1229'),
  taken('prompt-caching-2024-07-31', FEATURES),
  // Claude Code sends it for the models that take it, and it adds counts to their usage.
  taken('thinking-token-count-2026-05-13', 'https://github.com/BerriAI/litellm/pull/39597'),
  taken('tool-search-tool-2025-10-19', FEATURES),
  taken('web-search-2025-03-05', FEATURES),
  // Anthropic's own API has one name for what Vertex AI has under the other.
  ['advanced-tool-use-2025-11-20', { sent: 'tool-search-tool-2025-10-19', source: LITELLM }],
  refused('adaptive-thinking-2026-01-28', 'https://github.com/anthropics/claude-code/issues/34802'),
  refused('advisor-tool-2026-03-01', LITELLM, { tools: ['advisor'] }),
  refused('cache-diagnosis-2026-04-07', FEATURES, { members: ['diagnostics'] }),
  refused('code-execution-2025-05-22', 'https://github.com/pydantic/pydantic-ai/issues/2512', {
    tools: ['code_execution'],
  }),
  refused('code-execution-2025-08-25', LITELLM, { tools: ['code_execution'] }),
  refused('effort-2025-11-24', 'https://github.com/anthropics/claude-code/issues/34802'),
  refused('fast-mode-2026-02-01', LITELLM, { members: ['speed'] }),
  refused('files-api-2025-04-14', LITELLM),
  refused('mcp-client-2025-04-04', LITELLM, { members: ['mcp_servers'] }),
  refused('mcp-client-2025-11-20', LITELLM, { members: ['mcp_servers'] }),
  refused('mcp-servers-2025-12-04', LITELLM, { members: ['mcp_servers'] }),
  refused('oauth-2025-04-20', LITELLM),
  refused('output-128k-2025-02-19', LITELLM),
  refused('pdfs-2024-09-25', FEATURES),
  refused('prompt-caching-scope-2026-01-05', 'https://github.com/anthropics/claude-code/issues/21625'),
  refused('skills-2025-10-02', LITELLM, { members: ['container'] }),
  refused('structured-output-2024-03-01', LITELLM),
  refused('structured-outputs-2025-11-13', 'https://github.com/vercel/ai/issues/10981'),
  refused('structured-outputs-2025-12-15', 'https://github.com/QuantumNous/new-api/issues/2975'),
  refused('token-efficient-tools-2025-02-19', LITELLM),
  refused('web-fetch-2025-09-10', LITELLM, { tools: ['web_fetch'] }),
]);

/** More betas than Anthropic has. */
const MAXIMUM_BETAS = 100;
const NAME = /^[\w.-]{1,128}$/;
const MAXIMUM_NAME_BYTES = 256;
const HEADER = 'anthropic-beta';
/** The member of the body that names betas on Vertex AI: https://github.com/BerriAI/litellm/pull/31607 */
const MEMBER = 'anthropic_beta';

/** The betas of a call for Claude as Vertex AI is sent them. */
export interface SentBetas {
  readonly headers: Readonly<Record<string, string>>;
  /** Edits of the body's list of betas. */
  readonly edits: JsonEdits;
}

/**
 * Reads the betas of a call for Claude from its header and its body, and leaves out those that Vertex AI refuses.
 * @throws GatewayError INVALID_REQUEST for what is no list of names, and for members and tools of a beta that Vertex AI
 *   does not have.
 */
export function readBetas(header: ReadHeader, body: JsonValue): SentBetas {
  const inHeader = readHeader(header(HEADER));
  const inBody = readMember(body.member(MEMBER));
  refuseUses(body, [...inHeader, ...(inBody ?? [])]);
  const sent = sentOf(inHeader).join(',');
  const left = inBody && sentOf(inBody);
  return {
    headers: sent === '' ? {} : { [HEADER]: sent },
    edits: left ? { [MEMBER]: left.length > 0 ? JSON.stringify(left) : undefined } : {},
  };
}

/** Returns the names that Vertex AI is sent in place of those that the call has. */
function sentOf(names: readonly string[]): string[] {
  const sent = names.flatMap((name) => {
    const beta = BETAS.get(name);
    return beta ? (beta.sent ?? []) : name;
  });
  return [...new Set(sent)];
}

function readHeader(value: string | null): string[] {
  const names = listMembers(value);
  if (names.length <= MAXIMUM_BETAS && names.every((name) => NAME.test(name))) return names;
  throw new GatewayError(
    'INVALID_REQUEST',
    'The header anthropic-beta is not a list of names. Send the names of betas with commas between them.',
    { violations: [{ field: HEADER, description: `must have at most ${MAXIMUM_BETAS} names of betas` }] },
  );
}

/** Returns undefined for a body without the member, or with null in its place. */
function readMember(member: JsonValue | undefined): string[] | undefined {
  if (!member || member.kind === 'null') return undefined;
  const names =
    member.kind === 'array' && member.length <= MAXIMUM_BETAS
      ? [...member.items()].map((item) => item.readText(MAXIMUM_NAME_BYTES))
      : [undefined];
  const texts = names.filter((name) => name !== undefined && NAME.test(name)) as string[];
  if (texts.length === names.length) return texts;
  throw invalidBody([
    { field: MEMBER, description: `must be a list of at most ${MAXIMUM_BETAS} names of betas` },
  ]);
}

function refuseUses(body: JsonValue, names: readonly string[]): void {
  const violations = names.flatMap((name): FieldViolation[] => {
    const beta = BETAS.get(name);
    if (!beta || beta.sent !== undefined) return [];
    const description = `needs the beta ${name}, which Vertex AI does not have`;
    const members = beta.members?.filter((member) => isSet(body.member(member))) ?? [];
    return [...members, ...findTools(body, beta.tools)].map((field) => ({ field, description }));
  });
  if (violations.length > 0) throw invalidBody(violations);
}

function isSet(member: JsonValue | undefined): boolean {
  return member !== undefined && member.kind !== 'null' && !(member.kind === 'array' && member.length === 0);
}

function findTools(body: JsonValue, types: readonly string[] = []): string[] {
  if (types.length === 0) return [];
  const found: string[] = [];
  let index = 0;
  for (const tool of body.member('tools')?.items() ?? []) {
    const type = tool
      .member('type')
      ?.readText(MAXIMUM_NAME_BYTES)
      ?.replace(/_\d{8}$/, '');
    if (type !== undefined && types.includes(type)) found.push(`tools[${index}]`);
    index += 1;
  }
  return found;
}
