import type { Plan } from './compile-plan.ts';
import { answerFailure, ExchangeResponse } from './exchange-response.ts';
import type { Exchange } from './exchange.ts';
import { addHeader } from './headers.ts';
import { PolicyFailure } from './policy-failure.ts';
import { runSteps } from './policy-step.ts';

/** Takes an exchange through its sections. Afterwards it has a response; never throws. */
export async function runPlan(plan: Plan, exchange: Exchange): Promise<ExchangeResponse> {
  try {
    refuseWhoeverIsGone(exchange);
    await runSteps(plan.inbound, exchange);
    refuseWhoeverIsGone(exchange);
    if (!exchange.ended) await runSteps(plan.backend, exchange);
    exchange.response ??= new ExchangeResponse(200);
    if (!exchange.ended) await runSteps(plan.outbound, exchange);
    for (const callback of exchange.afterOutbound) callback();
    return exchange.response;
  } catch (error) {
    return await runOnError(plan, exchange, PolicyFailure.of(error));
  }
}

/** A client that left before its request was forwarded is a built-in step's failure, in no section. */
function refuseWhoeverIsGone({ clientGone }: Exchange): void {
  if (!clientGone.aborted) return;
  throw new PolicyFailure(
    {
      reason: 'ClientConnectionFailure',
      message: 'The client closed its connection before its request was forwarded.',
      status: 500,
    },
    { source: 'transport', scope: '', section: '', path: '', policyId: '' },
  );
}

/** Answers a failure as API Management does, and lets the `on-error` sections change that. */
export async function runOnError(
  plan: Plan,
  exchange: Exchange,
  failure: PolicyFailure,
): Promise<ExchangeResponse> {
  exchange.response?.body.discard();
  const answer = answerFailure(failure.failure, exchange.requestId);
  for (const [name, value] of exchange.addedHeaders) addHeader(answer.headers, name, value);
  exchange.response = answer;
  exchange.lastError = failure.lastError;
  exchange.ended = false;
  try {
    await runSteps(plan['on-error'], exchange);
    return exchange.response;
  } catch (error) {
    return answerFailure(PolicyFailure.of(error).failure, exchange.requestId);
  }
}
