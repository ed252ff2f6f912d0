import type { Governance } from '../governance/governance.ts';
import { deliverWhole } from './deliver.ts';
import { describeCaller } from './describe-caller.ts';
import { explainCall } from './explain-call.ts';
import type { Call, Caller, QuestionDialect, Reply } from './interfaces.ts';
import { listModels } from './list-models.ts';
import type { Question } from './question.ts';
import { serveOnRecord, type ServingRooms } from './serve-on-record.ts';

/** Serves one question about the gateway itself: always answers, never throws, and leaves exactly one audit record. */
export type AnswerQuestion = (call: Call<QuestionDialect>, reply: Reply) => Promise<void>;

/** The use case: identify → read → answer from the documents alone, on record. Nothing reaches Google. */
export function createAnswerQuestion(rooms: ServingRooms): AnswerQuestion {
  return (call, reply) =>
    serveOnRecord(rooms, call, reply, ({ caller, body, record }) => {
      const { dialect, method, path, query, header } = call;
      const question = dialect.readQuestion({ method, path, query, header, body });
      record.asked(question.operation);
      const answer = JSON.stringify(answerTo(rooms.governance, caller, question));
      deliverWhole(
        {
          kind: 'whole',
          contentType: 'application/json',
          body: Buffer.from(answer),
          facts: { usage: {} },
        },
        { reply, record },
      );
      return Promise.resolve();
    });
}

function answerTo(governance: Governance, caller: Caller, question: Question): object {
  switch (question.operation) {
    case 'whoami':
      return describeCaller(governance.documents, caller);
    case 'models':
      return { policyVersion: governance.policyVersion, models: listModels(governance, caller) };
    case 'policy:explain':
      return explainCall(governance, caller, question);
  }
}
