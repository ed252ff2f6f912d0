import type { Detectors } from '@vertex-ai-gateway/content-detectors/detectors';
import type { DirectionPlan, ProtectionPlan } from '../governance/protection-plan.ts';
import { editRanges } from '../json/edit-json.ts';
import type { Finding } from '../prediction/finding.ts';
import type { CallProtection, ProtectAnswer, Protection, SentContent } from '../prediction/protection.ts';
import { type AnswerGuard, protectStream, protectWhole } from './protect-answer.ts';
import { BlockedContent } from './blocked-content.ts';
import { ContentInspection } from './content-inspection.ts';
import { createHideValues, type HideValues } from './hide-values.ts';
import { inspectBytes, inspectFixed, inspectJson, type TextUse } from './json-inspection.ts';
import { Placeholders } from './placeholders.ts';
import { replaceIn } from './replace-in.ts';

/** Creates the detectors of the kinds that a plan looks for. */
export type CreateDetectors = (plan: DirectionPlan) => Promise<Detectors>;

/**
 * Creates the protection of calls. The detectors of a plan are made with its first call, and kept as long as the plan.
 */
export function createProtection(createDetectors: CreateDetectors): Protection {
  const kept = new WeakMap<DirectionPlan, Promise<Detectors>>();
  const detectorsOf = (plan: DirectionPlan): Promise<Detectors> => {
    const detectors = kept.get(plan) ?? createDetectors(plan);
    kept.set(plan, detectors);
    return detectors;
  };
  return { begin: (plan, note) => new ProtectedCall(plan, note, detectorsOf) };
}

class ProtectedCall implements CallProtection {
  readonly #plan: ProtectionPlan;
  readonly #note: (finding: Finding) => void;
  readonly #detectorsOf: (plan: DirectionPlan) => Promise<Detectors>;
  readonly #placeholders = new Placeholders();
  #hideValues: HideValues | undefined;

  constructor(
    plan: ProtectionPlan,
    note: (finding: Finding) => void,
    detectorsOf: (plan: DirectionPlan) => Promise<Detectors>,
  ) {
    this.#plan = plan;
    this.#note = note;
    this.#detectorsOf = detectorsOf;
  }

  async protectRequest({ body, json, contentType, query }: SentContent): Promise<Uint8Array | undefined> {
    const plan = this.#plan.request;
    if (!plan) return undefined;
    const placeholders = this.#placeholders;
    const blocked = new BlockedContent('request');
    const inspection = new ContentInspection({
      direction: 'request',
      plan,
      detectors: await this.#detectorsOf(plan),
      placeholders,
      blocked,
      note: this.#note,
    });
    const use: TextUse = {
      inspection,
      inspectsFixed: true,
      see: (text) => placeholders.leaveOut(text),
      rewrite: async (text, place) => {
        const replaced = await inspection.findReplaced(text, place);
        return replaced.length === 0 ? undefined : () => replaceIn(text, replaced, placeholders);
      },
    };
    for (const [name, value] of query) await inspectFixed(value, { outer: undefined, key: name }, use);
    const edits = json && (await inspectJson(json, use));
    const isOther = !json && body.byteLength > 0;
    const written = isOther ? await inspectBytes(body, contentType ?? '', use) : undefined;
    blocked.throwIfAny();
    if (json && edits && edits.length > 0) return editRanges(json.body, edits);
    return written?.();
  }

  hideRestored(part: Uint8Array | string): Uint8Array | string {
    const { restored } = this.#placeholders;
    if (restored.size === 0) return part;
    return (this.#hideValues ??= createHideValues(restored))(part);
  }

  get protectAnswer(): ProtectAnswer | undefined {
    if (!this.#plan.response && this.#placeholders.restored.size === 0) return undefined;
    return async (answer) => {
      const guard = await this.#guardAnswer(this.#plan.response);
      return answer.kind === 'whole' ? protectWhole(answer, guard) : protectStream(answer, guard);
    };
  }

  async #guardAnswer(planned: DirectionPlan | undefined): Promise<AnswerGuard> {
    const placeholders = this.#placeholders;
    const plan = planned ?? NO_PLAN;
    const detectors = planned ? await this.#detectorsOf(planned) : NO_DETECTORS;
    const blocked = new BlockedContent('response');
    const note = this.#note;
    const inspection = new ContentInspection({
      direction: 'response',
      plan,
      detectors,
      placeholders,
      blocked,
      note,
    });
    return { plan, detectors: planned && detectors, placeholders, blocked, inspection };
  }
}

const NO_PLAN: DirectionPlan = { kinds: new Map(), refusedMedia: new Map() };
/** The detectors of an answer in which nothing is looked for. */
const NO_DETECTORS: Detectors = {
  detect: () => [],
  openStream: () => {
    throw new TypeError('nothing is looked for');
  },
  maximumHeldUnits: 0,
};
