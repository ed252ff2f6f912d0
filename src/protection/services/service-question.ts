/** A question to a service about the texts of one call. */
export interface ServiceQuestion {
  /** The template of Model Armor, or the name of the Azure resource, for the location of the call. */
  readonly resource: string;
  /** The categories of personal data to look for; all that the service knows when left out. */
  readonly categories?: readonly string[] | undefined;
  /** The texts, in their order in the body. */
  readonly texts: readonly string[];
  /** Gives the Google access token of the gateway. */
  readonly googleToken: () => Promise<string>;
  readonly abortSignal: AbortSignal;
}

/** A value that a service found in one of the texts; all of the text where the service names no place. */
export interface ServiceDetection {
  /** The number of the text. */
  readonly text: number;
  readonly kind: string;
  /** The position of its first UTF-16 code unit in the text. */
  readonly start: number;
  /** The position after its last one. */
  readonly end: number;
}

/** Asks a service. @throws ServiceUnavailableError when it does not answer as it documents. */
export type AskService = (question: ServiceQuestion) => Promise<readonly ServiceDetection[]>;

/** Keeps of detections without a place one for each text and kind: pieces of one text can have several. */
export function oneForEachText(
  texts: readonly string[],
  found: readonly { readonly text: number; readonly kind: string }[],
): ServiceDetection[] {
  const known = new Set<string>();
  return found.flatMap(({ text, kind }) => {
    const key = `${text} ${kind}`;
    if (known.has(key)) return [];
    known.add(key);
    return [{ text, kind, start: 0, end: texts[text]?.length ?? 0 }];
  });
}
