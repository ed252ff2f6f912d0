import { AuditError } from '../audit-error.ts';

/** One end of a channel between two threads. */
export interface Port {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (message: ThreadMessage) => void): unknown;
}

/** The outcome of a call: what the function gave or threw. */
type Outcome = { readonly value: unknown } | { readonly failure: Failure };

/** An error on its way to another thread. The texts of errors other than `AuditError` are dropped: they may hold requests. */
interface Failure {
  readonly code: AuditError['code'];
  readonly message: string;
}

/** A message between two threads: a call, or the outcome of the call with the same number. */
export type ThreadMessage =
  | { readonly name: string; readonly given: readonly unknown[]; readonly number?: number }
  | ({ readonly number: number } & Outcome);

/** Functions that a thread offers to another one. What they take and give is copied between the threads. */
type Offered<Functions> = { readonly [Name in keyof Functions]: (...given: never[]) => unknown };

/** The functions of another thread. */
export interface OtherThread<Functions extends Offered<Functions>> {
  /** Calls a function. @throws AuditError what it throws, and AUDIT_UNAVAILABLE in place of any other error. */
  call<Name extends keyof Functions & string>(
    name: Name,
    ...given: Parameters<Functions[Name]>
  ): Promise<Awaited<ReturnType<Functions[Name]>>>;
  /** Calls a function whose outcome nobody waits for. */
  tell<Name extends keyof Functions & string>(name: Name, ...given: Parameters<Functions[Name]>): void;
  /** Ends the calls that are not answered yet, because the other thread has ended. */
  end(): void;
}

/**
 * Lets two threads call each other's functions over a port. Messages keep their order.
 * @param ours the functions that the other thread may call.
 */
export function connectThreads<Theirs extends Offered<Theirs>, Ours extends Offered<Ours>>(
  port: Port,
  ours: Ours,
): OtherThread<Theirs> {
  const offered = new Map<string, (...given: never[]) => unknown>(Object.entries(ours));
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  let calls = 0;
  const settle = (number: number, outcome: Outcome): void => {
    const call = waiting.get(number);
    waiting.delete(number);
    if ('value' in outcome) call?.resolve(outcome.value);
    else call?.reject(new AuditError(outcome.failure.code, outcome.failure.message));
  };
  const run = async (name: string, given: readonly unknown[]): Promise<Outcome> => {
    try {
      const value: unknown = await offered.get(name)?.(...(given as never[]));
      return { value };
    } catch (error) {
      return { failure: failureOf(error) };
    }
  };
  port.on('message', (message) => {
    if (!('name' in message)) {
      settle(message.number, message);
      return;
    }
    const { name, given, number } = message;
    const outcome = run(name, given);
    if (number !== undefined) void outcome.then((known) => port.postMessage({ number, ...known }));
  });
  return {
    call: (name, ...given) => {
      const number = calls;
      calls += 1;
      const call = Promise.withResolvers<unknown>();
      waiting.set(number, call);
      port.postMessage({ name, given, number });
      return call.promise as Promise<never>;
    },
    tell: (name, ...given) => port.postMessage({ name, given }),
    end: () => {
      for (const number of [...waiting.keys()]) settle(number, { failure: failureOf(undefined) });
    },
  };
}

function failureOf(error: unknown): Failure {
  if (error instanceof AuditError) return { code: error.code, message: error.message };
  return {
    code: 'AUDIT_UNAVAILABLE',
    message: 'The thread that ships the audit trail could not do its work.',
  };
}
