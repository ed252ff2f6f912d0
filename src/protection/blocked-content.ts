import { GatewayError, type FieldViolation } from '../errors/gateway-error.ts';
import type { ProtectingRule } from '../governance/protection-plan.ts';
import { pathOf, type Position } from './place.ts';

/** More findings in one error would not be read. */
const MAXIMUM_BLOCKED = 10;

/** The findings for which a call is blocked: place, kind and rule of each, never a value. */
export class BlockedContent {
  readonly #direction: 'request' | 'response';
  readonly #violations: FieldViolation[] = [];

  constructor(direction: 'request' | 'response') {
    this.#direction = direction;
  }

  /**
   * Adds a finding.
   * @param what the finding in plain English, as the end of a sentence with the place as its subject: `holds …`.
   * @throws GatewayError CONTENT_BLOCKED with the tenth.
   */
  add(at: Position | undefined, what: string, { id, reason }: ProtectingRule): void {
    this.#violations.push({ field: pathOf(at), description: `${what} by the rule ${id}: ${reason}` });
    if (this.#violations.length >= MAXIMUM_BLOCKED) this.throwIfAny();
  }

  /** @throws GatewayError CONTENT_BLOCKED if anything was added. */
  throwIfAny(): void {
    if (this.#violations.length === 0) return;
    const all = this.#violations
      .map(({ field, description }) => `${field} ${withoutStop(description)}`)
      .join('; ');
    throw new GatewayError(
      'CONTENT_BLOCKED',
      this.#direction === 'request'
        ? `The call was not sent, because of what it contains: ${all}.`
        : `The answer is held back, because of what it contains: ${all}.`,
      { violations: this.#violations },
    );
  }
}

function withoutStop(description: string): string {
  return description.replace(/\.$/, '');
}
