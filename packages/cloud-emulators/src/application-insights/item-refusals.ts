/** A rule that refuses every n-th item of a request, from the first one on. */
export interface ItemRefusal {
  /** 1 refuses all items; 2 refuses the first, the third, … */
  readonly every: number;
  readonly statusCode: number;
  readonly message: string;
  /** The number of requests that the rule applies to. */
  readonly times: number;
}

/**
 * The statuses with which the service refuses single items.
 * Source: https://learn.microsoft.com/azure/azure-monitor/app/sdk-support-guidance
 */
const STATUS_CODES = new Set([400, 402, 408, 429, 439, 500, 503]);
const FIELDS = new Set(['every', 'statusCode', 'message', 'times']);
/** The usage of the control action that refuses items. */
export const REFUSAL_USAGE = `Send { "every": 2, "statusCode": 500, "message"?: "…", "times"?: 1 }; statusCode is one of ${[...STATUS_CODES].join(', ')}.`;

/** The refusals that are still to be made, in the order in which they were asked for. */
export class ItemRefusals {
  #waiting: ItemRefusal[] = [];

  add(refusal: ItemRefusal): void {
    this.#waiting.push(refusal);
  }

  list(): readonly ItemRefusal[] {
    return this.#waiting;
  }

  clear(): void {
    this.#waiting = [];
  }

  /** Gives the refusal for the next request and counts it as used. */
  take(): ItemRefusal | undefined {
    const [first, ...others] = this.#waiting;
    if (!first) return undefined;
    this.#waiting = first.times > 1 ? [{ ...first, times: first.times - 1 }, ...others] : others;
    return first;
  }
}

/** Says if a refusal applies to an item; `index` counts from 0. */
export function refusesItem({ every }: ItemRefusal, index: number): boolean {
  return index % every === 0;
}

/** Reads a refusal from a control request. @returns undefined when the value is not a refusal. */
export function readItemRefusal(value: unknown): ItemRefusal | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (!Object.keys(value).every((name) => FIELDS.has(name))) return undefined;
  const given = value as Partial<Record<keyof ItemRefusal, unknown>>;
  const { every, statusCode, message = 'Refused by request.', times = 1 } = given;
  if (!isCount(every) || !isCount(times) || typeof message !== 'string') return undefined;
  return typeof statusCode === 'number' && STATUS_CODES.has(statusCode)
    ? { every, statusCode, message, times }
    : undefined;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value > 0;
}
