import type { Position } from './policy-element.ts';

/** Thrown at start for a policy document that API Management, or this emulator, wouldn't accept. */
export class PolicyDocumentError extends Error {
  readonly position: Position;
  readonly element: string;

  /** @param element name of the element at fault; empty where the document itself is. */
  constructor(position: Position, element: string, problem: string) {
    const place = `${position.file}:${position.line}:${position.column}`;
    super(element === '' ? `${place} ${problem}` : `${place} <${element}> ${problem}`);
    this.name = 'PolicyDocumentError';
    this.position = position;
    this.element = element;
  }
}

/** A policy that another section or scope would take. */
export class MisplacedPolicyError extends PolicyDocumentError {}
