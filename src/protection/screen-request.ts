import type { Detection } from '@vertex-ai-gateway/content-detectors/detectors';
import { GatewayError } from '../errors/gateway-error.ts';
import type { PlannedService } from '../governance/protection-plan.ts';
import { editRanges, type RangeEdit } from '../json/edit-json.ts';
import type { JsonValue } from '../json/json-value.ts';
import type { Finding } from '../prediction/finding.ts';
import { BlockedContent } from './blocked-content.ts';
import { ContentInspection, NO_DETECTORS, type Replaced } from './content-inspection.ts';
import { inspectJson, type Rewrite } from './json-inspection.ts';
import type { KindWords } from './kind-words.ts';
import { pathOf, type Place } from './place.ts';
import type { Placeholders } from './placeholders.ts';
import { replaceIn } from './replace-in.ts';
import type { InspectionServices } from './services/ask-services.ts';

/** The most text of one call that services are asked about, in UTF-16 code units: some 40 requests to each of them. */
const MAXIMUM_UNITS = 200_000;
/** The time after which a service is likely to answer again. */
const RETRY_AFTER_IN_MS = 1_000;
const UNAVAILABLE = 'unavailable';

/** The screening of one request by services. */
export interface Screening {
  readonly planned: readonly PlannedService[];
  readonly services: InspectionServices;
  /** The location of the call, whose resources are asked. */
  readonly location: string;
  readonly googleToken: () => Promise<string>;
  readonly abortSignal: AbortSignal;
  readonly placeholders: Placeholders;
  readonly words: KindWords;
  readonly note: (finding: Finding) => void;
}

/** A text of a request: its place stands before it, because the same place can have a text and the text that is in it. */
type TextKey = string;

/** The key of all texts as one. */
const WHOLE: TextKey = '';

/** The detections of one service in each text. */
interface Screened {
  readonly service: PlannedService;
  readonly found: ReadonlyMap<TextKey, readonly Detection[]>;
}

/**
 * Asks services about the texts of a request, side by side, and takes the actions that are planned on what they find.
 * Texts that name or address something are not sent to them.
 * @param json the body, from which the built-in detectors have taken what they found; undefined for one that is no JSON.
 * @returns the changed body; undefined when nothing changes.
 * @throws GatewayError CONTENT_BLOCKED, INSPECTION_UNAVAILABLE, PAYLOAD_TOO_LARGE, INVALID_REQUEST, and what getting
 *   tokens throws.
 */
export async function screenRequest(
  json: JsonValue | undefined,
  screening: Screening,
): Promise<Uint8Array | undefined> {
  if (!json) {
    for (const service of screening.planned) passWithout(service, screening, takesJsonAlone);
    return undefined;
  }
  const texts = await listTexts(json, screening);
  if (texts?.size === 0) return undefined;
  // The call needs Google's credentials later, so they are fetched meanwhile. A failure is that of the later step.
  screening.googleToken().catch(() => undefined);
  const screened = await Promise.all(screening.planned.map((service) => ask(service, texts, screening)));
  const edits = await takeActions(json, screened, screening);
  return edits.length === 0 ? undefined : editRanges(json.body, edits);
}

/** Lists the texts by their keys; undefined for more text than services are asked about. */
async function listTexts(json: JsonValue, screening: Screening): Promise<Map<TextKey, string> | undefined> {
  const texts = new Map<TextKey, string>();
  let units = 0;
  const blocked = new BlockedContent('request');
  await visitTexts(json, inspectionOf(new Map(), blocked, screening), (text, place) => {
    units += text.length;
    if (units <= MAXIMUM_UNITS) texts.set(keyOf(text, place), text);
    return undefined;
  });
  return units > MAXIMUM_UNITS ? undefined : texts;
}

async function ask(
  service: PlannedService,
  texts: ReadonlyMap<TextKey, string> | undefined,
  screening: Screening,
): Promise<Screened> {
  const { services, location, googleToken, abortSignal } = screening;
  const found = new Map<TextKey, Detection[]>();
  const asked = textsFor(service, texts);
  const detections = asked
    ? await services.ask(service, { location, googleToken, abortSignal, texts: [...asked.values()] })
    : UNAVAILABLE;
  if (detections === UNAVAILABLE) {
    passWithout(service, screening, asked ? doesNotAnswer : takesLessText);
    return { service, found };
  }
  const keys = [...(asked?.keys() ?? [])];
  for (const { text, kind, start, end } of detections) {
    const key = keys[text] ?? '';
    const ofText = found.get(key) ?? [];
    found.set(key, ofText);
    ofText.push({ kind, detector: service.name, start, end });
  }
  // The whole says no more than the text in it that holds the same.
  if (found.size > 1) found.delete(WHOLE);
  return { service, found };
}

/**
 * Returns the texts that a service is asked about. A service that finds no values gets all of them as one, too: what is cut
 * into several texts is one to the model.
 */
function textsFor(
  { type }: PlannedService,
  texts: ReadonlyMap<TextKey, string> | undefined,
): ReadonlyMap<TextKey, string> | undefined {
  if (!texts || texts.size < 2 || type === 'personalData') return texts;
  return new Map([...texts, [WHOLE, [...texts.values()].join('')]]);
}

/** Notes that a service was not asked. @throws GatewayError for a service that is required. */
function passWithout(
  service: PlannedService,
  { note }: Screening,
  failure: (inspectedBy: string) => GatewayError,
): void {
  const { name, rule, isRequired } = service;
  const action = isRequired ? 'block' : UNAVAILABLE;
  note({ kind: UNAVAILABLE, direction: 'request', action, detector: name, count: 1 });
  if (isRequired)
    throw failure(
      `The call was not sent: the rule ${rule.id} has it inspected by the service ${name}, which`,
    );
}

function doesNotAnswer(inspectedBy: string): GatewayError {
  return new GatewayError('INSPECTION_UNAVAILABLE', `${inspectedBy} did not answer. Send the call again.`, {
    retryAfterInMs: RETRY_AFTER_IN_MS,
  });
}

function takesLessText(inspectedBy: string): GatewayError {
  return new GatewayError(
    'PAYLOAD_TOO_LARGE',
    `${inspectedBy} takes at most ${MAXIMUM_UNITS} characters of text in one call. Send less.`,
  );
}

function takesJsonAlone(inspectedBy: string): GatewayError {
  return new GatewayError('INVALID_REQUEST', `${inspectedBy} takes bodies of JSON alone. Send one.`);
}

/** @throws GatewayError CONTENT_BLOCKED. */
async function takeActions(
  json: JsonValue,
  screened: readonly Screened[],
  screening: Screening,
): Promise<readonly RangeEdit[]> {
  const blocked = new BlockedContent('request');
  const inspections = screened.map(({ service, found }) => {
    const kinds = [...found.values()].flat().map(({ kind }) => kind);
    const plan = new Map(kinds.map((kind) => [kind, service]));
    return { found, inspection: inspectionOf(plan, blocked, screening) };
  });
  const [first] = inspections;
  if (!first) return [];
  const edits = await visitTexts(json, first.inspection, (text, place) => {
    const key = keyOf(text, place);
    const replaced = withoutOverlaps(
      inspections.flatMap(({ found, inspection }) => inspection.decide(text, found.get(key) ?? [], place)),
    );
    return replaced.length === 0 ? undefined : () => replaceIn(text, replaced, screening.placeholders);
  });
  for (const { found, inspection } of inspections) inspection.decide('', found.get(WHOLE) ?? [], OUTERMOST);
  blocked.throwIfAny();
  return edits;
}

function inspectionOf(
  kinds: ReadonlyMap<string, PlannedService>,
  blocked: BlockedContent,
  { words, note }: Screening,
): ContentInspection {
  return new ContentInspection({
    direction: 'request',
    plan: { kinds, refusedMedia: new Map(), services: [] },
    detectors: NO_DETECTORS,
    words,
    blocked,
    note,
  });
}

/** Visits the texts that can be changed. */
function visitTexts(
  json: JsonValue,
  inspection: ContentInspection,
  visit: (text: string, place: Place) => Rewrite | undefined,
): Promise<readonly RangeEdit[]> {
  return inspectJson(json, {
    inspection,
    inspectsFixed: false,
    see: () => undefined,
    rewrite: (text, place) =>
      Promise.resolve(place.isFixed || isWordOfApi(text) ? undefined : visit(text, place)),
  });
}

/** Words of the APIs in which no service finds anything: roles, and types of parts. */
const WORDS_OF_API: ReadonlySet<string> = new Set(
  'user model assistant system developer tool function text input_text output_text image_url tool_use tool_result'.split(
    ' ',
  ),
);

function isWordOfApi(text: string): boolean {
  return WORDS_OF_API.has(text) || /^(?:text|image|audio|video|application)\/[a-z.+-]{1,64}$/.test(text);
}

const OUTERMOST: Place = { at: undefined, context: '', isFixed: false };

function keyOf(text: string, { at }: Place): TextKey {
  return `${pathOf(at)}\n${text}`;
}

function withoutOverlaps(replaced: readonly Replaced[]): Replaced[] {
  const kept: Replaced[] = [];
  for (const one of replaced.toSorted((left, right) => left.start - right.start || right.end - left.end))
    if (one.start >= (kept.at(-1)?.end ?? 0)) kept.push(one);
  return kept;
}
