import type { ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { ROLE_IDS } from '../azure-rbac/built-in-roles.ts';
import { Control, createControlledListener } from '../control/control.ts';
import { type ControlAction, ControlAnswer } from '../control/server.ts';
import { listen, type Listening } from '../loopback/listen.ts';
import { type AuditRecord, auditRecordsIn } from './audit-records.ts';
import {
  createIngestionCheck,
  type IngestionAccess,
  type IngestionRefusal,
} from './check-ingestion-access.ts';
import { ItemRefusals, readItemRefusal, REFUSAL_USAGE, refusesItem } from './item-refusals.ts';
import { createAnswerQuery } from './query/answer-query.ts';
import type { QueryAccess } from './query/check-query-token.ts';
import { MALFORMED, readEnvelopes } from './read-envelopes.ts';
import { alterItem, removeItem } from './tamper.ts';
import { readTelemetryItem, type TelemetryItem } from './telemetry-item.ts';

/** The options of `startApplicationInsights`. */
export interface ApplicationInsightsOptions {
  /** Port of the server; 0 picks a free one. */
  readonly port: number;
  /** PEM of the server's certificate and private key. */
  readonly tls: { readonly cert: string; readonly key: string };
  /** The instrumentation key, a GUID that telemetry must carry. */
  readonly instrumentationKey: string;
  /** The principals that may send. When left out, the instrumentation key is enough and tokens are not checked. */
  readonly ingestion?: IngestionAccess;
  /** The principals that may query. When left out, there is no query endpoint. */
  readonly query?: QueryAccess & {
    /** The id of the application in the query's address: a GUID. */
    readonly applicationId: string;
  };
  /** The clock, in milliseconds since the epoch. */
  readonly now?: () => number;
}

/** A running emulator of Application Insights. */
export interface ApplicationInsights extends Listening {
  readonly control: Control;
  /**
   * The actions of the control surface: `GET telemetry`, `DELETE telemetry`, `DELETE telemetry/{index}`, `PATCH
   * telemetry/{index}`, `GET audit-records`; `POST`, `GET` and `DELETE item-refusals`; `PUT roles` { publishers?,
   * readers? } assigns the roles anew.
   */
  readonly actions: Readonly<Record<string, ControlAction>>;
  /** The connection string, for `APPLICATIONINSIGHTS_CONNECTION_STRING`. */
  readonly connectionString: string;
  readonly instrumentationKey: string;
  /** The address of the query API, in place of `https://api.applicationinsights.io`. */
  readonly queryEndpoint: string;
  /**
   * Delivers one envelope without HTTP, for a service that emulates its own platform.
   * @param authorization the value of the `Authorization` header of a request to `v2.1/track`.
   * @returns the refusal, when the sender has no access.
   * @throws TypeError when the envelope is refused.
   */
  ingest(envelope: unknown, authorization?: string): Promise<IngestionRefusal | undefined>;
  /** Lists everything that was accepted, in order of arrival. */
  telemetry(): readonly TelemetryItem[];
  auditRecords(): AuditRecord[];
}

/** Object ids of the principals that may send and query; those that may are left as they are where one is left out. */
interface AssignedRoles {
  readonly publishers?: readonly string[];
  readonly readers?: readonly string[];
}

const ALTER_USAGE =
  'Send { "properties"?: { "name": "value" }, "measurements"?: { "name": 1 } } to telemetry/{index}; null takes one away.';

const OLD_TRACK = '/v2/track';
const TRACK = '/v2.1/track';

/** The refusal of one item of a request; `index` counts from 0. */
interface ItemError {
  readonly index: number;
  readonly statusCode: number;
  readonly message: string;
}

/**
 * Starts the ingestion endpoint of Application Insights on 127.0.0.1, and its query endpoint on the same port. It keeps
 * all telemetry that it accepts until the control surface deletes it.
 * Source: https://github.com/microsoft/ApplicationInsights-Home/blob/main/EndpointSpecs/ENDPOINT-PROTOCOL.md
 */
export async function startApplicationInsights(
  options: ApplicationInsightsOptions,
): Promise<ApplicationInsights> {
  const { instrumentationKey, ingestion, query, now = Date.now } = options;
  const control = new Control('application-insights', now);
  const checkAccess = ingestion && createIngestionCheck(ingestion, now);
  const answerQuery = query && createAnswerQuery(query.applicationId, query, now);
  let telemetry: TelemetryItem[] = [];
  const refusals = new ItemRefusals();

  /** Keeps the envelope, or gives the reason of its refusal. */
  const accept = (envelope: unknown): string | undefined => {
    if (envelope === MALFORMED) return 'Invalid JSON';
    const item = readTelemetryItem(envelope, instrumentationKey);
    if ('error' in item) return item.error;
    telemetry.push({ ...item, ingestedAt: now() });
    return undefined;
  };

  const server = createServer(
    options.tls,
    createControlledListener(control, async (request, body, response) => {
      const answer = await answerQuery?.(request, body, telemetry);
      if (answer) {
        send(response, answer.status, answer.body);
        return;
      }
      const { pathname } = new URL(request.url ?? '/', 'https://127.0.0.1');
      if (request.method !== 'POST' || ![OLD_TRACK, TRACK].includes(pathname)) {
        response.writeHead(404).end();
        return;
      }
      const envelopes = readEnvelopes(body, request.headers['content-encoding']);
      const noAccess = await checkAccess?.(pathname, request.headers.authorization);
      if (noAccess) {
        response.statusMessage = noAccess.message;
        send(response, noAccess.status, refuseAll(envelopes.length, noAccess));
        return;
      }
      const refusal = refusals.take();
      const errors = envelopes.flatMap((envelope, index): ItemError[] => {
        if (refusal && refusesItem(refusal, index)) {
          const { statusCode, message } = refusal;
          return [{ index, statusCode, message }];
        }
        const message = accept(envelope);
        return message === undefined ? [] : [{ index, statusCode: 400, message }];
      });
      const itemsAccepted = envelopes.length - errors.length;
      const status = itemsAccepted === 0 ? (errors[0]?.statusCode ?? 400) : errors.length > 0 ? 206 : 200;
      send(response, status, { itemsReceived: envelopes.length, itemsAccepted, errors });
    }),
  );

  const listening = await listen(server, options.port);
  return {
    ...listening,
    control,
    actions: {
      'GET telemetry': () => telemetry,
      'DELETE telemetry': (_, target) => {
        const index = target?.path[0];
        const left = index === undefined ? [] : removeItem(telemetry, Number(index));
        if (!left) return refuse(404, `There is no item ${Number(index)}: there are ${telemetry.length}.`);
        telemetry = left;
        return {};
      },
      'PATCH telemetry': (change, target) => {
        const altered = alterItem(telemetry, Number(target?.path[0]), change);
        if (!altered) return refuse(400, ALTER_USAGE);
        telemetry = altered;
        return {};
      },
      'GET item-refusals': () => refusals.list(),
      'POST item-refusals': (body) => {
        const refusal = readItemRefusal(body);
        if (!refusal) return refuse(400, REFUSAL_USAGE);
        refusals.add(refusal);
        return refusal;
      },
      'DELETE item-refusals': () => refusals.clear(),
      'PUT roles': (body) => {
        const { publishers, readers } = body as AssignedRoles;
        if (ingestion && publishers) assign(ingestion, ROLE_IDS.monitoringMetricsPublisher, publishers);
        if (query && readers) assign(query, ROLE_IDS.monitoringReader, readers);
        return body;
      },
      'GET audit-records': () => auditRecordsIn(telemetry),
    },
    connectionString: [
      `InstrumentationKey=${instrumentationKey};IngestionEndpoint=https://127.0.0.1:${listening.port}/`,
      ...(query ? [`ApplicationId=${query.applicationId}`] : []),
    ].join(';'),
    instrumentationKey,
    queryEndpoint: `https://127.0.0.1:${listening.port}`,
    ingest: async (envelope, authorization) => {
      const noAccess = await checkAccess?.(TRACK, authorization);
      if (noAccess) return noAccess;
      const error = accept(envelope);
      if (error !== undefined) throw new TypeError(error);
      return undefined;
    },
    telemetry: () => telemetry,
    auditRecords: () => auditRecordsIn(telemetry),
  };
}

/** Gives a role on the resource to these principals, and to nobody else. */
function assign(
  { resourceId, roleAssignments }: Pick<IngestionAccess, 'resourceId' | 'roleAssignments'>,
  role: string,
  principalIds: readonly string[],
): void {
  const assignments = principalIds.map((principalId) => ({ principalId, role, scope: resourceId }));
  roleAssignments.reassign(resourceId, assignments, (one) => one === role);
}

function refuseAll(count: number, { status: statusCode, message }: IngestionRefusal): object {
  const errors = Array.from({ length: count }, (_, index): ItemError => ({ index, statusCode, message }));
  return { itemsReceived: count, itemsAccepted: 0, errors };
}

function refuse(status: number, error: string): ControlAnswer {
  return new ControlAnswer({ status, contentType: 'application/json', text: JSON.stringify({ error }) });
}

function send(response: ServerResponse, status: number, body: object | undefined): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' });
  response.end(body && JSON.stringify(body));
}
