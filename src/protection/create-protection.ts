import type { Detectors } from '@vertex-ai-gateway/content-detectors/detectors';
import type { DirectionPlan, ProtectionPlan } from '../governance/protection-plan.ts';
import { editRanges } from '../json/edit-json.ts';
import { readJson } from '../json/read-json.ts';
import type { Finding } from '../prediction/finding.ts';
import type {
  CallProtection,
  Circumstances,
  ProtectAnswer,
  Protection,
  SentContent,
} from '../prediction/protection.ts';
import { noteScreenedInside } from './note-screened-inside.ts';
import type { AnswerGuard } from './protect-answer.ts';
import { BlockedContent } from './blocked-content.ts';
import { ContentInspection, NO_DETECTORS } from './content-inspection.ts';
import { createHideValues, type HideValues } from './hide-values.ts';
import { inspectBytes, inspectFixed, inspectJson, type Rewrite, type TextUse } from './json-inspection.ts';
import { KindWords, type OwnKind } from './kind-words.ts';
import { Placeholders } from './placeholders.ts';
import { replaceIn } from './replace-in.ts';
import type { InspectionServices } from './services/ask-services.ts';

/** Creates the detectors of the kinds that a plan looks for. */
export type CreateDetectors = (plan: DirectionPlan) => Promise<Detectors>;

/**
 * Creates the protection of calls. The detectors of a plan are made with its first call, and kept as long as the plan.
 * @param ownKinds the kinds of the deployment's own detectors.
 */
export function createProtection(
  createDetectors: CreateDetectors,
  services: InspectionServices,
  ownKinds: readonly OwnKind[] = [],
): Protection {
  const words = new KindWords(ownKinds);
  const kept = new WeakMap<DirectionPlan, Promise<Detectors>>();
  const detectorsOf = (plan: DirectionPlan): Promise<Detectors> => {
    const detectors = kept.get(plan) ?? createDetectors(plan);
    kept.set(plan, detectors);
    // Detectors that could not be made are made again for the next call.
    detectors.catch(() => kept.delete(plan));
    return detectors;
  };
  const dependencies = { detectorsOf, services, words };
  return {
    begin: (plan, note, circumstances) => new ProtectedCall(plan, note, circumstances, dependencies),
  };
}

/** The dependencies that all calls share. */
interface SharedDependencies {
  readonly detectorsOf: (plan: DirectionPlan) => Promise<Detectors>;
  readonly services: InspectionServices;
  readonly words: KindWords;
}

class ProtectedCall implements CallProtection {
  readonly #plan: ProtectionPlan;
  readonly #note: (finding: Finding) => void;
  readonly #circumstances: Circumstances;
  readonly #detectorsOf: (plan: DirectionPlan) => Promise<Detectors>;
  readonly #services: InspectionServices;
  readonly #words: KindWords;
  readonly #placeholders: Placeholders;
  #hideValues: HideValues | undefined;

  constructor(
    plan: ProtectionPlan,
    note: (finding: Finding) => void,
    circumstances: Circumstances,
    { detectorsOf, services, words }: SharedDependencies,
  ) {
    this.#services = services;
    this.#plan = plan;
    this.#note = note;
    this.#circumstances = circumstances;
    this.#detectorsOf = detectorsOf;
    this.#words = words;
    this.#placeholders = new Placeholders(words);
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
      words: this.#words,
      blocked,
      note: this.#note,
    });
    const use: TextUse = {
      inspection,
      inspectsFixed: true,
      see: (text) =>
        replaces(plan) ? placeholders.leaveOut(text, (units) => inspection.spend(units)) : undefined,
      rewrite: async (text, place) => {
        const replaced = await inspection.findReplaced(text, place);
        return replaced.length === 0 ? undefined : () => replaceIn(text, replaced, placeholders);
      },
      rewriteCut: async (texts) => {
        const rewrites = new Map<number, Rewrite>();
        for (const [index, replaced] of await inspection.findCut(texts))
          rewrites.set(index, () => replaceIn(texts[index]?.text ?? '', replaced, placeholders));
        return rewrites;
      },
    };
    for (const [name, value] of query) await inspectFixed(value, { outer: undefined, key: name }, use);
    const edits = json && (await inspectJson(json, use));
    const isOther = !json && body.byteLength > 0;
    const written = isOther ? await inspectBytes(body, contentType ?? '', use) : undefined;
    blocked.throwIfAny();
    const changed =
      json && edits && edits.length > 0 ? await editRanges(json.body, edits) : await written?.();
    const asked = plan.services.filter(({ isInside }) => !isInside(this.#circumstances));
    if (asked.length === 0 || body.byteLength === 0) return changed;
    // Few deployments ask services, so that the code for it is loaded when one does.
    const { screenRequest } = await import('./screen-request.ts');
    const screened = await screenRequest(changed && json ? await readJson(changed) : json, {
      planned: asked,
      services: this.#services,
      placeholders,
      words: this.#words,
      note: this.#note,
      ...this.#circumstances,
    });
    return screened ?? changed;
  }

  hideRestored(part: Uint8Array | string): Uint8Array | string {
    const { restored } = this.#placeholders;
    if (restored.size === 0) return part;
    return (this.#hideValues ??= createHideValues(restored))(part);
  }

  get protectAnswer(): ProtectAnswer | undefined {
    const { request, response } = this.#plan;
    const inside = [request, response].map((plan) =>
      plan?.services.find(({ isInside }) => isInside(this.#circumstances)),
    );
    const isScreened = inside.some((service) => service !== undefined);
    if (!response && !isScreened && this.#placeholders.restored.size === 0) return undefined;
    return async (answer) => {
      noteScreenedInside(answer, inside, this.#note);
      // A deployment without rules never needs the code for answers.
      const { protectStream, protectWhole } = await import('./protect-answer.ts');
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
      words: this.#words,
      blocked,
      note,
    });
    return { plan, detectors: planned && detectors, placeholders, blocked, inspection };
  }
}

/** Returns true for a plan by which values can be taken out, also by what services find. */
function replaces({ kinds, services }: DirectionPlan): boolean {
  return (
    services.length > 0 ||
    [...kinds.values()].some(({ action }) => action === 'redact' || action === 'restore')
  );
}

const NO_PLAN: DirectionPlan = { kinds: new Map(), refusedMedia: new Map(), services: [] };
