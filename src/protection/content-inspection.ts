import type { DecidedText, Detection, Detectors } from '@vertex-ai-gateway/content-detectors/detectors';
import type { DirectionPlan, Medium, ProtectionAction } from '../governance/protection-plan.ts';
import { GatewayError } from '../errors/gateway-error.ts';
import type { Finding } from '../prediction/finding.ts';
import { loopTurns, type Turns } from '../json/turns.ts';
import type { BlockedContent } from './blocked-content.ts';
import type { KindWords } from './kind-words.ts';
import { findCutValues, type MessageText } from './cut-values.ts';
import { isPlaceholder } from './placeholders.ts';
import type { Place } from './place.ts';

/** UTF-16 code units that are inspected in one turn of the event loop: a few milliseconds of work at most. */
const UNITS_IN_A_TURN = 16_384;
/** The most values that are taken out of a request. No content has more within the longest context of a model. */
const MAXIMUM_REPLACED = 200_000;
/** The detector of media, as records have it. */
const MEDIA_DETECTOR = 'media-type';

/** A piece of a text that is replaced. */
export interface Replaced {
  readonly start: number;
  readonly end: number;
  readonly kind: string;
  readonly isRestored: boolean;
  /** The whole value, where the piece is only its beginning, and an empty one where it is a later part. */
  readonly whole?: string;
}

/** The detectors of a content in which the built-in ones look for nothing. */
export const NO_DETECTORS: Detectors = {
  detect: () => [],
  openStream: () => {
    throw new TypeError('nothing is looked for');
  },
  maximumHeldUnits: 0,
};

/** The inspection of what goes in one direction in one call: it finds, counts, and says what is replaced. */
export interface InspectionOptions {
  readonly direction: Finding['direction'];
  readonly plan: DirectionPlan;
  readonly detectors: Detectors;
  readonly words: KindWords;
  readonly blocked: BlockedContent;
  readonly note: (finding: Finding) => void;
  readonly turns?: Turns;
}

/** Inspects texts and media of one direction of a call by its plan. */
export class ContentInspection {
  readonly #options: InspectionOptions;
  readonly #turns: Turns;
  #units = 0;
  #replacedCount = 0;

  constructor(options: InspectionOptions) {
    this.#options = options;
    this.#turns = options.turns ?? loopTurns;
  }

  /** Counts work of this many code units. @returns a promise when other calls must have their turn first. */
  spend(units: number): Promise<void> | undefined {
    this.#units += units;
    if (this.#units < UNITS_IN_A_TURN) return undefined;
    this.#units = 0;
    return this.#turns.next();
  }

  /**
   * Finds the values in a text, a long one in turns of the event loop.
   * @returns the pieces of the text that are replaced, in order.
   * @throws GatewayError CONTENT_BLOCKED with the tenth value that is blocked, and PAYLOAD_TOO_LARGE with more than 200,000
   *   values that are taken out of a request.
   */
  async findReplaced(text: string, place: Place): Promise<readonly Replaced[]> {
    const { detectors, plan } = this.#options;
    if (plan.kinds.size === 0) return [];
    if (text.length > UNITS_IN_A_TURN) return this.#findInLong(text, place);
    if (place.context === '') return this.decide(text, detectors.detect(text), place);
    const before = `${place.context}: `;
    const shifted = detectors.detect(before + text).flatMap((detection) => {
      const start = Math.max(0, detection.start - before.length);
      const end = detection.end - before.length;
      return end > start ? [{ ...detection, start, end }] : [];
    });
    return this.decide(text, shifted, place);
  }

  /** Counts detections and takes the actions of the plan. @returns the pieces of the text that are replaced, in order. */
  decide(text: string, detections: readonly Detection[], place: Place): Replaced[] {
    const { plan, blocked, words } = this.#options;
    const replaced: Replaced[] = [];
    for (const { kind, detector, start, end } of detections) {
      const planned = plan.kinds.get(kind);
      if (!planned || isPlaceholder(text.slice(start, end))) continue;
      const action = this.#actionOn(planned.action, place);
      this.#note(kind, detector, action);
      if (action === 'block') {
        const why =
          planned.action === 'block' ? 'which is blocked' : 'which cannot be taken out here, as is asked';
        blocked.add(place.at, `holds ${words.describe(kind)}, ${why}`, planned.rule);
      } else if (action !== 'allow') replaced.push({ start, end, kind, isRestored: action === 'restore' });
    }
    this.#countReplaced(replaced.length);
    return replaced;
  }

  /** Each value that is replaced is held until all are known. An answer is as long as its model makes it. */
  #countReplaced(count: number): void {
    this.#replacedCount += count;
    if (this.#options.direction === 'response' || this.#replacedCount <= MAXIMUM_REPLACED) return;
    throw new GatewayError(
      'PAYLOAD_TOO_LARGE',
      `The body has more than ${MAXIMUM_REPLACED} values that must be taken out of it. Send less in one call.`,
    );
  }

  /**
   * Finds values that are cut over texts which the model reads one after the other.
   * @returns the pieces that are replaced in each text that has one, by the number of the text.
   */
  async findCut(texts: readonly MessageText[]): Promise<ReadonlyMap<number, readonly Replaced[]>> {
    const { plan, blocked, words } = this.#options;
    const byText = new Map<number, Replaced[]>();
    if (plan.kinds.size === 0) return byText;
    const cut = await findCutValues(
      texts.map(({ text }) => text),
      (text) => this.#detect(text),
    );
    for (const { kind, detector, value, pieces } of cut) {
      const planned = plan.kinds.get(kind);
      const place = texts[pieces[0]?.index ?? 0]?.place;
      if (!planned || !place) continue;
      const action = this.#actionOn(planned.action, place);
      this.#note(kind, detector, action);
      if (action === 'block')
        blocked.add(place.at, `holds ${words.describe(kind)}, which is blocked`, planned.rule);
      else if (action !== 'allow')
        pieces.forEach(({ index, start, end }, number) => {
          const piece = {
            start,
            end,
            kind,
            isRestored: action === 'restore',
            whole: number === 0 ? value : '',
          };
          byText.set(index, [...(byText.get(index) ?? []), piece]);
        });
    }
    for (const [index, pieces] of byText) {
      this.#countReplaced(pieces.length);
      byText.set(index, await this.#joinOwn(texts[index]?.text ?? '', pieces));
    }
    return byText;
  }

  /** Adds the values that stand in one text to the pieces of those that are cut. They are counted already. */
  async #joinOwn(text: string, pieces: readonly Replaced[]): Promise<Replaced[]> {
    const { plan } = this.#options;
    const found = await this.#detect(text);
    const own = found.flatMap(({ kind, start, end }) => {
      const action = plan.kinds.get(kind)?.action;
      const isOther = pieces.every((piece) => end <= piece.start || start >= piece.end);
      const isReplaced =
        (action === 'redact' || action === 'restore') && !isPlaceholder(text.slice(start, end));
      return isOther && isReplaced ? [{ start, end, kind, isRestored: action === 'restore' }] : [];
    });
    return [...own, ...pieces].sort((a, b) => a.start - b.start);
  }

  async #detect(text: string): Promise<readonly Detection[]> {
    if (text.length <= UNITS_IN_A_TURN) return this.#options.detectors.detect(text);
    const found: Detection[] = [];
    await this.#readInTurns(text, ({ detections }, offset) => {
      for (const one of detections) found.push({ ...one, start: one.start + offset, end: one.end + offset });
    });
    return found;
  }

  /** Refuses a medium that the plan refuses. @param what the medium at its place, as in `is an image`. */
  judgeMedium(medium: Medium | undefined, place: Place): void {
    const rule = medium && this.#options.plan.refusedMedia.get(medium);
    if (!rule) return;
    this.#note(medium, MEDIA_DETECTOR, 'block');
    this.#options.blocked.add(place.at, `is of the medium ${medium}, which is blocked`, rule);
  }

  /** A value cannot be taken out of an address or a name. Nothing is put back into an answer that the caller did not send. */
  #actionOn(action: ProtectionAction, { isFixed }: Place): ProtectionAction {
    if (action === 'allow' || action === 'block') return action;
    if (isFixed) return 'block';
    return this.#options.direction === 'request' ? action : 'redact';
  }

  #note(kind: string, detector: string, action: ProtectionAction): void {
    this.#options.note({ kind, direction: this.#options.direction, action, detector, count: 1 });
  }

  async #findInLong(text: string, place: Place): Promise<readonly Replaced[]> {
    const found: Replaced[] = [];
    await this.#readInTurns(text, ({ text: decided, detections }, offset) => {
      for (const { start, end, ...rest } of this.decide(decided, detections, place))
        found.push({ ...rest, start: start + offset, end: end + offset });
    });
    return found;
  }

  async #readInTurns(text: string, use: (decided: DecidedText, offset: number) => void): Promise<void> {
    const stream = this.#options.detectors.openStream();
    let offset = 0;
    const take = (decided: DecidedText): void => {
      use(decided, offset);
      offset += decided.text.length;
    };
    for (let from = 0; from < text.length; from += UNITS_IN_A_TURN) {
      if (from > 0) await this.#turns.next();
      take(stream.push(text.slice(from, from + UNITS_IN_A_TURN)));
    }
    take(stream.end());
  }
}
