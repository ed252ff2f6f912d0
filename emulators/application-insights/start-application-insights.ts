import type { ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { Control, controlled } from '../control/control.ts';
import type { ControlAction } from '../control/server.ts';
import { listen, type Listening } from '../loopback/listen.ts';
import { type AuditRecord, auditRecordsIn } from './audit-records.ts';
import { createAnswerQuery } from './query/answer-query.ts';
import type { QueryAccess } from './query/check-query-token.ts';
import { MALFORMED, readEnvelopes } from './read-envelopes.ts';
import { readTelemetryItem, type TelemetryItem } from './telemetry-item.ts';

export interface ApplicationInsightsOptions {
  /** 0 picks a free one. */
  readonly port: number;
  /** PEM of the server's certificate and private key. */
  readonly tls: { readonly cert: string; readonly key: string };
  /** The key that telemetry must carry: a GUID. */
  readonly instrumentationKey: string;
  /** Who may query what was received; nobody when left out, and then there is no such address. */
  readonly query?: QueryAccess & {
    /** The id of the application in the query's address: a GUID. */
    readonly applicationId: string;
  };
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

export interface ApplicationInsights extends Listening {
  readonly control: Control;
  /** `GET telemetry`, `DELETE telemetry`, `GET audit-records`. */
  readonly actions: Readonly<Record<string, ControlAction>>;
  /** For `APPLICATIONINSIGHTS_CONNECTION_STRING`. */
  readonly connectionString: string;
  readonly instrumentationKey: string;
  /** Where queries go, in place of `https://api.applicationinsights.io`. */
  readonly queryEndpoint: string;
  /** Delivers one envelope without HTTP, as a service on the same platform. @throws TypeError when it is refused. */
  ingest(envelope: unknown): void;
  /** Everything that was accepted, in order of arrival. */
  telemetry(): readonly TelemetryItem[];
  auditRecords(): AuditRecord[];
}

/** Why one item of a request was refused; `index` counts from 0. */
interface ItemError {
  readonly index: number;
  readonly statusCode: 400;
  readonly message: string;
}

/**
 * Starts the ingestion endpoint of Application Insights on 127.0.0.1, and its query endpoint on the same port. It keeps
 * all that it accepts, until told otherwise.
 * Source: https://github.com/microsoft/ApplicationInsights-Home/blob/main/EndpointSpecs/ENDPOINT-PROTOCOL.md
 */
export async function startApplicationInsights(
  options: ApplicationInsightsOptions,
): Promise<ApplicationInsights> {
  const { instrumentationKey, query, now = Date.now } = options;
  const control = new Control('application-insights', now);
  const answerQuery = query && createAnswerQuery(query.applicationId, query, now);
  let telemetry: TelemetryItem[] = [];

  /** Keeps the envelope, or says why it is refused. */
  const accept = (envelope: unknown): string | undefined => {
    if (envelope === MALFORMED) return 'Invalid JSON';
    const item = readTelemetryItem(envelope, instrumentationKey);
    if ('error' in item) return item.error;
    telemetry.push(item);
    return undefined;
  };

  const server = createServer(
    options.tls,
    controlled(control, async (request, body, response) => {
      const answer = await answerQuery?.(request, body, telemetry);
      if (answer) {
        send(response, answer.status, answer.body);
        return;
      }
      const { pathname } = new URL(request.url ?? '/', 'https://127.0.0.1');
      if (request.method !== 'POST' || !['/v2/track', '/v2.1/track'].includes(pathname)) {
        response.writeHead(404).end();
        return;
      }
      const envelopes = readEnvelopes(body, request.headers['content-encoding']);
      const errors = envelopes.flatMap((envelope, index): ItemError[] => {
        const message = accept(envelope);
        return message === undefined ? [] : [{ index, statusCode: 400, message }];
      });
      const itemsAccepted = envelopes.length - errors.length;
      const status = itemsAccepted === 0 ? 400 : errors.length > 0 ? 206 : 200;
      send(response, status, { itemsReceived: envelopes.length, itemsAccepted, errors });
    }),
  );

  const listening = await listen(server, options.port);
  return {
    ...listening,
    control,
    actions: {
      'GET telemetry': () => telemetry,
      'DELETE telemetry': () => {
        telemetry = [];
      },
      'GET audit-records': () => auditRecordsIn(telemetry),
    },
    connectionString: [
      `InstrumentationKey=${instrumentationKey};IngestionEndpoint=https://127.0.0.1:${listening.port}/`,
      ...(query ? [`ApplicationId=${query.applicationId}`] : []),
    ].join(';'),
    instrumentationKey,
    queryEndpoint: `https://127.0.0.1:${listening.port}`,
    ingest: (envelope) => {
      const error = accept(envelope);
      if (error !== undefined) throw new TypeError(error);
    },
    telemetry: () => telemetry,
    auditRecords: () => auditRecordsIn(telemetry),
  };
}

function send(response: ServerResponse, status: number, body: object | undefined): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' });
  response.end(body && JSON.stringify(body));
}
