import type { AuthorizedCall } from './decide.ts';

/** The actions on a finding, from the mildest to the strictest. */
export const PROTECTION_ACTIONS = ['allow', 'restore', 'redact', 'block'] as const;

/**
 * The action on a finding.
 * - `allow` counts it.
 * - `restore` replaces the value by a placeholder on the way out, and puts the caller's own value back into the answer.
 * - `redact` replaces the value by a placeholder.
 * - `block` refuses the call, or ends its answer.
 */
export type ProtectionAction = (typeof PROTECTION_ACTIONS)[number];

/** The kinds of content that no text detector can inspect. */
export const MEDIA = ['image', 'audio', 'video', 'document'] as const;
export type Medium = (typeof MEDIA)[number];

/** The rule that decided an action, as errors name it. */
export interface ProtectingRule {
  readonly id: string;
  readonly reason: string;
}

/** The action that governance plans for one kind of finding, or one medium. */
export interface PlannedAction {
  readonly action: ProtectionAction;
  readonly rule: ProtectingRule;
}

/** The services outside the gateway that inspect content. */
export const SERVICE_TYPES = ['modelArmor', 'promptShields', 'personalData'] as const;
export type ServiceType = (typeof SERVICE_TYPES)[number];

/** A service as governance plans to ask it. */
export interface PlannedService extends PlannedAction {
  /** The name of the service in the documents, as findings have it. */
  readonly name: string;
  readonly type: ServiceType;
  /**
   * The resource that screens calls to each location: a template of Model Armor in the same location, or the name of an
   * Azure resource.
   */
  readonly resources: ReadonlyMap<string, string>;
  /** The categories of personal data to look for; undefined for all that the service knows. */
  readonly categories: readonly string[] | undefined;
  /** True when a call is refused while the service cannot be asked. */
  readonly isRequired: boolean;
  /** True for a call that Vertex AI itself has screened by the service, so that the service is not asked before. */
  readonly isInside: (call: Pick<AuthorizedCall, 'operation' | 'resource'>) => boolean;
}

/**
 * The actions on the content of one call in one direction. Calls to which the same rules apply share one plan object, so
 * that what is made of a plan can be kept by it.
 */
export interface DirectionPlan {
  /** The action for each kind that is looked for: built-in kinds and those of own detectors. */
  readonly kinds: ReadonlyMap<string, PlannedAction>;
  /** The media that are refused. Others pass uninspected. */
  readonly refusedMedia: ReadonlyMap<Medium, ProtectingRule>;
  /** The services that are asked. */
  readonly services: readonly PlannedService[];
}

/** The actions on the content of one call. */
export interface ProtectionPlan {
  /** The prompt and everything else that leaves; undefined where no rule applies. */
  readonly request: DirectionPlan | undefined;
  /** The answer; undefined where no rule applies. */
  readonly response: DirectionPlan | undefined;
}
