import { GatewayError } from '../errors/gateway-error.ts';
import type { AuditArchive } from '../audit/reading/audit-archive.ts';
import { deliverWhole } from '../prediction/deliver.ts';
import { describeCaller } from './describe-caller.ts';
import { explainCall } from './explain-call.ts';
import type { Call } from '../prediction/call.ts';
import type { Caller } from '../prediction/caller.ts';
import type { QuestionDialect } from './question-dialect.ts';
import type { Reply } from '../prediction/reply.ts';
import { listModels } from './list-models.ts';
import { listAllRecords, listRecords, readRecord, type RecordRooms } from './list-records.ts';
import type { Question } from './question.ts';
import { serveOnRecord, type ServingRooms } from '../prediction/serve-on-record.ts';
import { streamRecords } from './stream-records.ts';
import { sumUsage } from './sum-usage.ts';
import { type LedgerVerifier, verifyRecords } from './verify-records.ts';

export interface QuestionRooms extends ServingRooms {
  /** Undefined where nothing says from where records are read. */
  readonly archive: AuditArchive | undefined;
  /** Undefined where there is no ledger. */
  readonly verifier?: LedgerVerifier | undefined;
}

/** Serves one question about the gateway itself: always answers, never throws, and leaves exactly one audit record. */
export type AnswerQuestion = (call: Call<QuestionDialect>, reply: Reply) => Promise<void>;

/** The use case: identify → read → answer from the documents and the records, on record. Nothing reaches Google. */
export function createAnswerQuestion(rooms: QuestionRooms): AnswerQuestion {
  return (call, reply) =>
    serveOnRecord(rooms, call, reply, async (open) => {
      const { caller, takeBody, heldBody, record, settlement, deadline } = open;
      const question = await deadline.bound(readQuestion(call, takeBody()));
      heldBody.release();
      record.asked(question.operation);
      if ('stream' in question) {
        const pages = listAllRecords(withArchive(rooms), caller, question, deadline.abortSignal);
        await streamRecords(pages, question.stream, { reply, record, deadline });
        return;
      }
      const answer = JSON.stringify(
        await deadline.bound(answerTo(rooms, caller, question, deadline.abortSignal)),
      );
      await deliverWhole(
        {
          kind: 'whole',
          contentType: 'application/json',
          body: Buffer.from(answer),
          facts: { usage: {} },
        },
        { reply, record, settlement, deadline },
      );
    });
}

async function readQuestion(
  { dialect, method, path, query, header }: Call<QuestionDialect>,
  body: Uint8Array,
): Promise<Question> {
  return dialect.readQuestion({ method, path, query, header, body });
}

async function answerTo(
  rooms: QuestionRooms,
  caller: Caller,
  question: Question,
  abortSignal: AbortSignal,
): Promise<object> {
  const { governance } = rooms;
  switch (question.operation) {
    case 'whoami':
      return describeCaller(governance.documents, caller);
    case 'models': {
      const models = listModels(governance, caller);
      return question.describe?.(models) ?? { policyVersion: governance.policyVersion, models };
    }
    case 'policy:explain':
      return explainCall(governance, caller, caller.productId, question);
    case 'usage':
      return sumUsage(withArchive(rooms), caller, question, abortSignal);
    case 'audit':
      return 'id' in question
        ? readRecord(withArchive(rooms), caller, question.id, abortSignal)
        : listRecords(withArchive(rooms), caller, question, abortSignal);
    case 'audit:verify': {
      const { verifier, now } = rooms;
      if (verifier) return verifyRecords({ verifier, governance, now }, caller, question, abortSignal);
      throw new GatewayError(
        'AUDIT_NOT_CONFIGURED',
        'This gateway keeps no ledger. Ask its operators to name the storage account of one.',
      );
    }
  }
}

function withArchive({ archive, governance, now }: QuestionRooms): RecordRooms {
  if (archive) return { archive, governance, now };
  throw new GatewayError(
    'AUDIT_NOT_CONFIGURED',
    'This gateway is not set up to read its records. Ask its operators to name the application id of its ' +
      'Application Insights.',
  );
}
