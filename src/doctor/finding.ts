import type { LegName, LegReport } from './report.ts';

/** The outcome of a leg, without its name. */
export type Finding = Omit<LegReport, 'leg' | 'title'>;

/** Facts that a report shows beside its sentence. None may hold a token, a key or the words of another service. */
export type Details = NonNullable<LegReport['details']>;

/** Reports a leg that works. */
export function works(summary: string, details?: Details): Finding {
  return { status: 'works', summary, ...(details && { details }) };
}

/**
 * Reports a leg that is broken.
 * @param remedies commands, settings or lines of governance, each a sentence or a line for a shell.
 */
export function broken(summary: string, remedies: readonly string[], details?: Details): Finding {
  return { status: 'broken', summary, remedies: [...remedies], ...(details && { details }) };
}

/** Reports a leg that was left out since another one is broken. */
export function notTried(because: LegName, reason: string): Finding {
  return { status: 'not-tried', summary: `Not tried, because ${reason}`, because };
}

/** Reports a leg that the settings leave out. */
export function notConfigured(summary: string): Finding {
  return { status: 'not-configured', summary };
}

/** Reports a leg of which this machine or this identity can't tell. */
export function notVisible(summary: string, remedies?: readonly string[], details?: Details): Finding {
  return {
    status: 'not-visible',
    summary,
    ...(remedies && { remedies: [...remedies] }),
    ...(details && { details }),
  };
}
