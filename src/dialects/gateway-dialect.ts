import { readJson } from '../json/read-json.ts';
import { z } from 'zod';
import { GatewayError } from '../errors/gateway-error.ts';
import { invalidQuery } from '../errors/invalid-query.ts';
import type { DialectRequest } from '../prediction/dialect.ts';
import type { QuestionDialect } from '../questions/question-dialect.ts';
import type { ReadHeader } from '../prediction/caller.ts';
import type {
  AuditQuestion,
  AuditVerifyQuestion,
  DoctorQuestion,
  PolicyExplainQuestion,
  Question,
  UsageQuestion,
} from '../questions/question.ts';
import { readAskedCall, SURFACE_PATH } from './asked-call.ts';
import { BODY_BOUNDS } from './body-bounds.ts';
import { writeGatewayError } from './gateway-errors.ts';
import { AuditQuery, AuditVerifyQuery, DoctorQuery, UsageQuery } from './gateway-queries.ts';
import { readQuery } from './read-query.ts';
import { readFormat, RECORD_STREAMS } from './record-streams.ts';
import { validateBody } from './validate-body.ts';

/** The body of `policy:explain`: the method, path and body of the call to explain. */
const ExplainBody = z.strictObject({
  method: z.string().regex(/^[A-Z]+$/, 'must be an HTTP method such as POST'),
  path: z.string().regex(SURFACE_PATH, 'must be a path that begins with /vertex/, /openai/ or /anthropic/'),
  body: z.unknown().optional(),
});

/** The gateway's own surface: questions about callers, models, rules, usage and records. */
export const gatewayDialect: QuestionDialect = {
  name: 'gateway',
  readQuestion,
  writeError: writeGatewayError,
};

const MINUTE_IN_MS = 60_000;

/** The path of one record. The form of the id is checked where records are read. */
const RECORD_PATH = /^v1\/audit\/([^/]+)$/;

function readQuestion({ method, path, query, header, body }: DialectRequest): Question | Promise<Question> {
  switch (`${method} ${path}`) {
    case 'GET v1/whoami':
      return { operation: 'whoami' };
    case 'GET v1/models':
      return { operation: 'models' };
    case 'POST v1/policy:explain':
      return readExplainQuestion(body);
    case 'GET v1/usage':
      return readUsageQuestion(query);
    case 'GET v1/audit':
      return readAuditQuestion(query, header);
    case 'GET v1/audit:verify':
      return readVerifyQuestion(query);
    case 'GET v1/doctor':
      return readDoctorQuestion(query, header);
  }
  const id = method === 'GET' ? RECORD_PATH.exec(path)?.[1] : undefined;
  if (id !== undefined) return { operation: 'audit', id };
  throw new GatewayError(
    'OPERATION_NOT_FOUND',
    'The gateway has no such operation. It offers GET v1/whoami, GET v1/models, POST v1/policy:explain, ' +
      'GET v1/usage, GET v1/audit, GET v1/audit/{id}, GET v1/audit:verify and GET v1/doctor.',
  );
}

function readDoctorQuestion(query: URLSearchParams, header: ReadHeader): DoctorQuestion {
  const { format } = readQuery(DoctorQuery, query);
  const wantsText = /^\s*text\/plain\b/i.test(header('accept') ?? '');
  return {
    operation: 'doctor',
    format: format ?? (wantsText ? 'text' : 'json'),
    edge: {
      authorization: header('authorization'),
      namedValues: header('x-gateway-named-values'),
    },
  };
}

async function readExplainQuestion(body: Uint8Array): Promise<PolicyExplainQuestion> {
  const json = await readJson(body, BODY_BOUNDS['policy:explain']);
  const { method, path } = await validateBody(ExplainBody, json);
  const asked = json.member('body');
  const call = await readAskedCall({ method, path, ...(asked && { body: asked }) });
  return { operation: 'policy:explain', call };
}

function readUsageQuestion(query: URLSearchParams): UsageQuestion {
  const { from, to, by } = readQuery(UsageQuery, query);
  return { operation: 'usage', period: { ...(from && { from }), ...(to && { to }) }, by };
}

const PAGE_LIMIT = 50;

function readAuditQuestion(query: URLSearchParams, header: ReadHeader): AuditQuestion {
  const { from, to, limit, cursor, format, errorCode: code, ...others } = readQuery(AuditQuery, query);
  const stream = RECORD_STREAMS[format ?? readFormat(header('accept'))];
  if (stream) refuseForStreams({ limit, cursor });
  return {
    operation: 'audit',
    period: { ...(from && { from }), ...(to && { to }) },
    filters: Object.fromEntries(
      Object.entries({ ...others, code }).filter(([, value]) => value !== undefined),
    ),
    limit: limit ?? PAGE_LIMIT,
    ...(cursor !== undefined && { cursor }),
    ...(stream && { stream }),
  };
}

/** A stream has no pages: one that ended at a limit would look complete. */
function refuseForStreams(parameters: Readonly<Record<string, unknown>>): void {
  const violations = Object.entries(parameters)
    .filter(([, value]) => value !== undefined)
    .map(([field]) => ({
      field,
      description: 'must be left out: it is for pages of JSON, and this format has all of the period',
    }));
  if (violations.length > 0) throw invalidQuery(violations);
}

function readVerifyQuestion(query: URLSearchParams): AuditVerifyQuestion {
  const { from, to, graceInMinutes, retentionInDays, ledgerOnly } = readQuery(AuditVerifyQuery, query);
  return {
    operation: 'audit:verify',
    period: { ...(from && { from }), ...(to && { to }) },
    graceInMs: graceInMinutes * MINUTE_IN_MS,
    retentionInDays,
    isLedgerOnly: ledgerOnly === 'true',
  };
}
