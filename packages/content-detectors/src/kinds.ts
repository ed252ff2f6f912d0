/** The groups of kinds, which rules can name in place of each kind in them. */
export const GROUPS = ['personal', 'secret'] as const;
export type Group = (typeof GROUPS)[number];

/** The meaning of a kind of finding. */
export interface KindFacts {
  readonly group: Group;
  /** The word in its placeholders: `[EMAIL_1]`. */
  readonly placeholder: string;
  /** The kind in plain English, as errors and documents have it: `an e-mail address`. */
  readonly title: string;
}

/** The kinds that the built-in detectors find. */
export const KINDS = {
  email: { group: 'personal', placeholder: 'EMAIL', title: 'an e-mail address' },
} as const satisfies Readonly<Record<string, KindFacts>>;

/** A kind that a built-in detector finds. */
export type BuiltInKind = keyof typeof KINDS;
