import { GatewayError } from '../errors/gateway-error.ts';
import type { Governance } from '../governance/governance.ts';
import { isOperator } from '../governance/is-operator.ts';
import type { Caller } from '../prediction/caller.ts';
import type { DoctorQuestion } from './question.ts';

/** Examines the way to Google and to the audit trail, leg by leg. */
export interface GatewayDoctor {
  /**
   * Resolves with the report of an examination, which is shared with those who ask at the same time. Does not reject for a
   * leg that is broken.
   */
  examine(
    edge: DoctorQuestion['edge'] & { readonly productId: string },
    format: DoctorQuestion['format'],
  ): Promise<string>;
}

/** The answer to the question what works. */
export interface DoctorAnswer {
  readonly contentType: string;
  readonly body: string;
}

/**
 * Has the gateway examined for an operator.
 * @throws GatewayError NOT_GRANTED for anybody else.
 */
export async function examineGateway(
  { doctor, governance }: { readonly doctor: GatewayDoctor; readonly governance: Governance },
  caller: Caller,
  { edge, format }: DoctorQuestion,
): Promise<DoctorAnswer> {
  if (!isOperator(governance.documents.access, caller))
    throw new GatewayError(
      'NOT_GRANTED',
      'Only operators may have the gateway examined. Ask the platform team for a role that the access document lists ' +
        'under operators.',
    );
  const { productId } = caller;
  return {
    contentType: format === 'text' ? 'text/plain; charset=utf-8' : 'application/json',
    body: await doctor.examine({ ...edge, productId }, format),
  };
}
