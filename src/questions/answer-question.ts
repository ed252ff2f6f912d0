import { GatewayError } from '../errors/gateway-error.ts';
import { suggestNames } from '../governance/suggest-entries.ts';
import { findNearest } from '../governance/suggest.ts';
import type { AuditArchive } from '@vertex-ai-gateway/audit-ledger/reading';
import { deliverWhole } from '../prediction/deliver-whole.ts';
import { describeCaller } from './describe-caller.ts';
import { examineGateway, type GatewayDoctor } from './examine-gateway.ts';
import { explainCall } from './explain-call.ts';
import type { Call } from '../prediction/call.ts';
import type { Caller } from '../prediction/caller.ts';
import type { QuestionDialect } from './question-dialect.ts';
import type { Reply } from '../prediction/reply.ts';
import { findEnd, listModels } from './list-models.ts';
import { listAllRecords, listRecords, readRecord, type ReadingDependencies } from './list-records.ts';
import type { CatalogNames, DoctorQuestion, Question } from './question.ts';
import { answerFailure } from '../prediction/answer-failure.ts';
import {
  beginCall,
  endCall,
  identify,
  receiveBody,
  type ServedCall,
  type ServingDependencies,
} from '../prediction/served-call.ts';
import { streamRecords } from './stream-records.ts';
import { sumUsage } from './sum-usage.ts';
import { type RecordVerifier, verifyRecords } from './verify-records.ts';

/** The dependencies of answering questions. */
export interface QuestionDependencies extends ServingDependencies {
  /** The archive of records; undefined when no Application Insights is configured to read them from. */
  readonly archive: AuditArchive | undefined;
  /** Verifies the ledger; undefined when the gateway keeps none. */
  readonly verifier?: RecordVerifier | undefined;
  readonly doctor: GatewayDoctor;
}

/** Serves one question about the gateway itself: always answers, never throws, and leaves exactly one audit record. */
export type AnswerQuestion = (call: Call<QuestionDialect>, reply: Reply) => Promise<void>;

/** Creates the use case: the life of a question from top to bottom. Nothing reaches Google. */
export function createAnswerQuestion(dependencies: QuestionDependencies): AnswerQuestion {
  return async (call, reply) => {
    const served = beginCall(dependencies, call, reply);
    try {
      // Identify: API Management vouches for the caller.
      const caller = await identify(dependencies, served);
      // Parse: the dialect reads the question.
      const question = await parse(dependencies, served);
      // Answer and deliver: from the governance documents and the records.
      await answer(dependencies, served, caller, question);
    } catch (error) {
      await answerFailure(served, error);
    } finally {
      // Record: whatever happened, the call ends with one audit record.
      endCall(served);
    }
  };
}

/** @throws GatewayError as `receiveBody` and the dialect do. */
async function parse(
  dependencies: QuestionDependencies,
  served: ServedCall<QuestionDialect>,
): Promise<Question> {
  const { call, record, deadline, heldBody } = served;
  const { dialect, method, path, query, header } = call;
  const body = await receiveBody(dependencies, served);
  const reading = Promise.resolve(dialect.readQuestion({ method, path, query, header, body }));
  const question = await deadline.bound(reading);
  heldBody.release();
  record.noteQuestion(question.operation);
  return question;
}

async function answer(
  dependencies: QuestionDependencies,
  served: ServedCall<QuestionDialect>,
  caller: Caller,
  question: Question,
): Promise<void> {
  const { deadline } = served;
  if ('stream' in question) {
    const pages = listAllRecords(withArchive(dependencies), caller, question, deadline.abortSignal);
    await streamRecords(served, pages, question.stream);
    return;
  }
  if (question.operation === 'doctor') {
    const { contentType, body } = await deadline.bound(examineGateway(dependencies, caller, question));
    await deliverText(served, contentType, body);
    return;
  }
  const body = await deadline.bound(findAnswer(dependencies, caller, question, deadline.abortSignal));
  await deliverText(served, 'application/json', JSON.stringify(body));
}

function deliverText(served: ServedCall<QuestionDialect>, contentType: string, text: string): Promise<void> {
  return deliverWhole(served, {
    kind: 'whole',
    contentType,
    body: Buffer.from(text),
    facts: { usage: {} },
  });
}

async function findAnswer(
  dependencies: QuestionDependencies,
  caller: Caller,
  question: Exclude<Question, DoctorQuestion>,
  abortSignal: AbortSignal,
): Promise<object> {
  const { governance, now } = dependencies;
  switch (question.operation) {
    case 'whoami':
      return describeCaller(governance.documents, caller);
    case 'models': {
      const at = now();
      const models = listModels(governance, caller, at);
      const catalog: CatalogNames = {
        nameOf: (resource) => governance.findEntry(resource)?.name,
        endOf: (name) => findEnd(governance, caller, name, at),
        suggest: (asked, names) => suggestNames(names, findNearest(asked, names)),
      };
      return question.describe?.(models, catalog) ?? { policyVersion: governance.policyVersion, models };
    }
    case 'policy:explain':
      return explainCall(governance, caller, caller.productId, question, now());
    case 'usage':
      return sumUsage(withArchive(dependencies), caller, question, abortSignal);
    case 'audit':
      return 'id' in question
        ? readRecord(withArchive(dependencies), caller, question.id, abortSignal)
        : listRecords(withArchive(dependencies), caller, question, abortSignal);
    case 'audit:verify': {
      const { verifier } = dependencies;
      if (verifier) return verifyRecords({ verifier, governance, now }, caller, question, abortSignal);
      throw new GatewayError(
        'AUDIT_NOT_CONFIGURED',
        'This gateway keeps no ledger. Ask its operators to name the storage account of one.',
      );
    }
  }
}

function withArchive({ archive, governance, now }: QuestionDependencies): ReadingDependencies {
  if (archive) return { archive, governance, now };
  throw new GatewayError(
    'AUDIT_NOT_CONFIGURED',
    'This gateway is not set up to read its records. Ask its operators to name the application id of its ' +
      'Application Insights.',
  );
}
