/** One value that was found in a text. It holds the place of the value and never the value. */
export interface Detection {
  /** The kind of the value: one of `KINDS`, or the kind of a detector of one's own. */
  readonly kind: string;
  /** The name of the detector that found it, as audit records have it. */
  readonly detector: string;
  /** The position of its first UTF-16 code unit in the text. */
  readonly start: number;
  /** The position after its last UTF-16 code unit. */
  readonly end: number;
}

/** The detectors of some kinds, made once and used for many texts. */
export interface Detectors {
  /** Finds the values in a whole text, in their order; none overlaps another. The work is linear in the text's length. */
  detect(text: string): readonly Detection[];
  /** Begins a text that comes in pieces. */
  openStream(): TextStream;
  /** The most UTF-16 code units that a text stream holds back. */
  readonly maximumHeldUnits: number;
}

/**
 * A text that comes in pieces. The pieces that come out, joined, are the text that went in. Their detections are those of
 * the whole text, wherever it is cut.
 */
export interface TextStream {
  /** Takes the next piece. @returns the text that no later piece can change, which may be empty. */
  push(piece: string): DecidedText;
  /** Ends the text. @returns the rest of it. */
  end(): DecidedText;
}

/** A piece of a text stream that is decided. */
export interface DecidedText {
  readonly text: string;
  /** The detections in it, with positions in `text`. None reaches over its end. */
  readonly detections: readonly Detection[];
}

const NAME = 'email';
const EMAIL = /[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}/g;

/** Creates the detectors of some kinds. @param kinds names of `KINDS`. */
export function createDetectors(kinds: ReadonlySet<string>): Detectors {
  const detect = (text: string): Detection[] =>
    kinds.has(NAME)
      ? Array.from(text.matchAll(EMAIL), ({ index, 0: { length } }) => ({
          kind: NAME,
          detector: NAME,
          start: index,
          end: index + length,
        }))
      : [];
  return {
    detect,
    maximumHeldUnits: Infinity,
    openStream() {
      let held = '';
      return {
        push: (piece) => {
          held += piece;
          return { text: '', detections: [] };
        },
        end: () => ({ text: held, detections: detect(held) }),
      };
    },
  };
}
