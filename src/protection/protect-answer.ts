import type { Detectors } from '@vertex-ai-gateway/content-detectors/detectors';
import type { DirectionPlan, PlannedAction } from '../governance/protection-plan.ts';
import { editRanges } from '../json/edit-json.ts';
import type { JsonValue } from '../json/json-value.ts';
import { readJson } from '../json/read-json.ts';
import type { StreamedAnswer, WholeAnswer } from '../prediction/answer.ts';
import type { BlockedContent } from './blocked-content.ts';
import type { ContentInspection } from './content-inspection.ts';
import { inspectBytes, inspectJson, type TextUse } from './json-inspection.ts';
import { isTextType, mediumOfType } from './media-types.ts';
import type { Placeholders } from './placeholders.ts';
import { replaceIn } from './replace-in.ts';
import { restoreIn } from './restored-text.ts';
import { StreamProtection } from './stream-protection.ts';
import { TextChannel } from './text-channel.ts';

/** The most values of an answer. A long answer with probabilities has some millions. */
const MAXIMUM_VALUES = 8_000_000;
/** The members that tell a text again, token by token, in which no value can be found. */
const TOKEN_BY_TOKEN: ReadonlySet<string> = new Set(['logprobs', 'logprobsresult']);

/** The plan of one answer, and the means to carry it out. */
export interface AnswerGuard {
  readonly plan: DirectionPlan;
  /** Undefined for an answer in which nothing is looked for. */
  readonly detectors: Detectors | undefined;
  readonly placeholders: Placeholders;
  readonly blocked: BlockedContent;
  readonly inspection: ContentInspection;
}

/** Protects a whole answer. @throws GatewayError CONTENT_BLOCKED. */
export async function protectWhole(answer: WholeAnswer, guard: AnswerGuard): Promise<WholeAnswer> {
  const { body, contentType } = answer;
  if (body.byteLength === 0) return answer;
  refuseCompressed(answer, guard);
  const changed = contentType.startsWith('text/event-stream')
    ? await protectEvents(body, guard)
    : await protectBody(body, contentType, useOf(guard));
  guard.blocked.throwIfAny();
  return changed ? { ...answer, body: changed } : answer;
}

/** Protects a streamed answer part by part. @throws GatewayError CONTENT_BLOCKED, as the parts do. */
export function protectStream(answer: StreamedAnswer, guard: AnswerGuard): StreamedAnswer {
  const { framing, contentType, parts } = answer;
  refuseCompressed(answer, guard);
  if (framing === 'raw' && !isTextType(contentType)) {
    guard.inspection.judgeMedium(mediumOfType(contentType), { at: undefined, context: '', isFixed: false });
    guard.blocked.throwIfAny();
    return answer;
  }
  return { ...answer, parts: openStream(framing, guard).read(parts) };
}

function openStream(framing: StreamedAnswer['framing'], guard: AnswerGuard): StreamProtection {
  const { detectors, inspection, placeholders, blocked } = guard;
  return new StreamProtection({
    framing,
    use: useOf(guard),
    blocked,
    openChannel: (isJson) =>
      new TextChannel({ inspection, text: detectors?.openStream(), placeholders, isJson }),
  });
}

async function protectEvents(body: Uint8Array, guard: AnswerGuard): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of openStream('sse', guard).read(inOnePart(body))) parts.push(part);
  return Buffer.concat(parts);
}

async function* inOnePart(body: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(body);
}

async function protectBody(
  body: Uint8Array,
  contentType: string,
  use: TextUse,
): Promise<Uint8Array | undefined> {
  const json = await readAnswer(body);
  if (!json) return (await inspectBytes(body, contentType, use))?.();
  const edits = await inspectJson(json, use);
  return edits.length === 0 ? undefined : editRanges(json.body, edits);
}

async function readAnswer(body: Uint8Array): Promise<JsonValue | undefined> {
  try {
    return await readJson(body, { values: MAXIMUM_VALUES });
  } catch {
    return undefined;
  }
}

function useOf({ plan, detectors, inspection, placeholders }: AnswerGuard): TextUse {
  const { restored } = placeholders;
  return {
    inspection,
    inspectsFixed: false,
    ...([...plan.kinds.values()].some(isStrict) && { dropped: TOKEN_BY_TOKEN }),
    see: () => undefined,
    rewrite: async (text, place) => {
      const replaced = detectors ? await inspection.findReplaced(text, place) : [];
      if (replaced.length > 0)
        return () => replaceIn(text, replaced, placeholders, (kept) => restoreIn(kept, restored) ?? kept);
      const changed = restoreIn(text, restored);
      return changed === undefined ? undefined : () => Promise.resolve(changed);
    },
  };
}

/** A compressed answer of a custom container cannot be inspected, and is held back where something would be replaced in it. */
function refuseCompressed(
  { headers = {} }: Pick<StreamedAnswer, 'headers'>,
  { plan, blocked }: AnswerGuard,
): void {
  const [rule] = strictRules(plan);
  if (rule && !/^(?:identity)?$/i.test(headers['content-encoding'] ?? ''))
    blocked.add(undefined, 'is compressed and cannot be inspected, as is asked', rule);
  blocked.throwIfAny();
}

function strictRules({ kinds, refusedMedia }: DirectionPlan): PlannedAction['rule'][] {
  const planned = [...kinds.values()].filter(isStrict).map(({ rule }) => rule);
  return [...planned, ...refusedMedia.values()];
}

function isStrict({ action }: PlannedAction): boolean {
  return action !== 'allow';
}
