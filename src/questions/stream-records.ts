import { toGatewayError } from '../errors/gateway-error.ts';
import type { RecordedCall } from '@vertex-ai-gateway/audit-ledger/reading';
import { callerGone } from '../prediction/deadline.ts';
import { abandonUnlessTaken, untilTaken } from '../prediction/deliver-whole.ts';
import type { ServedCall } from '../prediction/served-call.ts';
import type { QuestionDialect } from './question-dialect.ts';
import type { RecordStream } from './question.ts';

const NO_USAGE = { usage: {} };

/**
 * Sends records page by page. A failure after the first page is written at the end of the list, so that no incomplete list
 * looks complete.
 * @throws GatewayError for a failure before the first page is there; nothing is sent then.
 */
export async function streamRecords(
  { reply, record, deadline }: Pick<ServedCall<QuestionDialect>, 'reply' | 'record' | 'deadline'>,
  pages: AsyncGenerator<readonly RecordedCall[], void>,
  stream: RecordStream,
): Promise<void> {
  const write = async (text: string) => {
    if (text === '') return;
    if (!(await deadline.bound(Promise.resolve(reply.write(text))))) throw callerGone();
    record.noteSent(text);
  };
  let page = await deadline.bound(pages.next());
  deadline.beginStream();
  reply.begin(200, record.headers(stream.contentType));
  let isComplete = false;
  try {
    await write(stream.head);
    while (!page.done) {
      await write(page.value.map((one) => stream.writeRecord(one)).join(''));
      page = await deadline.bound(pages.next());
    }
    record.noteAnswered(NO_USAGE);
    isComplete = true;
    reply.end();
    await untilTaken(reply, deadline);
  } catch (error) {
    const failure = toGatewayError(error);
    record.noteInterrupted(failure, NO_USAGE);
    if (failure.code !== 'CALLER_GONE' && !isComplete) {
      const text = stream.writeError(failure);
      record.noteSent(text);
      void reply.write(text);
    }
    if (!isComplete) reply.end();
    abandonUnlessTaken(reply);
  }
}
