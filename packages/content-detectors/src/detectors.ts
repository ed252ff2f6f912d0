import { LONGEST_HIDDEN_RUN, Normaliser } from './text/normalise.ts';
import type { View } from './text/normalise.ts';
import type { OwnDetector } from './own/own-detector.ts';
import { askFor } from './scan/asked.ts';
import { LONGEST_VALUE } from './scan/reach.ts';
import type { Candidate, Work } from './scan/reading.ts';
import { Scanner } from './scan/scanner.ts';

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

/**
 * Creates the detectors of some kinds.
 * @param kinds names of `KINDS`, and kinds of detectors of one's own.
 * @param own detectors of one's own, by `compileDetector`.
 * @param work counts what the texts take: the units that were looked at, once for each look.
 */
export function createDetectors(
  kinds: ReadonlySet<string>,
  own: readonly OwnDetector[] = [],
  work: Work = { units: 0 },
): Detectors {
  const asked = askFor(kinds);
  const askedOwn = own.filter(({ kind }) => kinds.has(kind));
  // One text at a time is read, so all can share the arrays of a normaliser, and all wrapped texts a scanner.
  const normaliser = new Normaliser();
  const wrapped = { normaliser: new Normaliser(), scanner: new Scanner(asked, [], work, undefined) };
  const unwrap = (text: string): readonly Candidate[] => {
    wrapped.scanner.reset();
    wrapped.scanner.scan(wrapped.normaliser.asIs(text), false);
    return wrapped.scanner.found;
  };
  const openScanner = (): Scanner => new Scanner(asked, askedOwn, work, unwrap);
  return {
    detect: (text) =>
      text === '' ? [] : new Inspection(openScanner(), normaliser).take(text, true).detections,
    maximumHeldUnits: LONGEST_VALUE + LONGEST_HIDDEN_RUN,
    openStream() {
      const inspection = new Inspection(openScanner(), normaliser);
      return {
        push: (piece) => inspection.take(piece, false),
        end: () => inspection.take('', true),
      };
    },
  };
}

/** A text on its way through the detectors. */
class Inspection {
  readonly #scanner: Scanner;
  readonly #normaliser: Normaliser;
  #held = '';

  constructor(scanner: Scanner, normaliser: Normaliser) {
    this.#scanner = scanner;
    this.#normaliser = normaliser;
  }

  take(piece: string, isWhole: boolean): DecidedText {
    const text = this.#held + piece;
    const view = this.#normaliser.normalise(text, isWhole);
    const decided = this.#scanner.scan(view, !isWhole);
    this.#scanner.advance(decided);
    const end = decided === view.text.length ? view.end : placeOf(view, decided);
    this.#held = text.slice(end);
    const detections = this.#scanner.found.map(({ kind, detector, start, end: last }) => ({
      kind,
      detector,
      start: placeOf(view, start),
      end: placeOf(view, last),
    }));
    this.#normaliser.forget();
    return { text: end === text.length ? text : text.slice(0, end), detections };
  }
}

function placeOf({ places }: View, position: number): number {
  return places === undefined ? position : (places[position] ?? 0);
}
