/** A piece of a text, and where it begins in the text. */
export interface TextPiece {
  /** The number of the text among all. */
  readonly text: number;
  readonly start: number;
  readonly piece: string;
}

/**
 * Splits texts into pieces that a service takes. Neighbouring pieces overlap, so that a short thing at a border is whole
 * in one of them. No piece begins or ends within a surrogate pair.
 * @param maximumUnits the most UTF-16 code units of a piece.
 * @param overlap the code units that a piece shares with the one before it; less than half of the maximum.
 */
export function splitTexts(texts: readonly string[], maximumUnits: number, overlap: number): TextPiece[] {
  return texts.flatMap((text, number) => {
    const pieces: TextPiece[] = [];
    let start = 0;
    while (start < text.length) {
      const end = onBorder(text, Math.min(text.length, start + maximumUnits));
      pieces.push({ text: number, start, piece: text.slice(start, end) });
      if (end === text.length) break;
      start = onBorder(text, end - overlap);
    }
    return pieces;
  });
}

/** Groups pieces, in order, so that each group has at most so many pieces and code units. */
export function groupPieces(
  pieces: readonly TextPiece[],
  maximumPieces: number,
  maximumUnits: number,
): TextPiece[][] {
  const groups: TextPiece[][] = [];
  let units = 0;
  for (const piece of pieces) {
    const { length } = piece.piece;
    const group = groups.at(-1);
    if (group && group.length < maximumPieces && units + length <= maximumUnits) {
      group.push(piece);
      units += length;
    } else {
      groups.push([piece]);
      units = length;
    }
  }
  return groups;
}

function onBorder(text: string, at: number): number {
  const unit = text.charCodeAt(at);
  return at > 0 && unit >= 0xdc00 && unit <= 0xdfff ? at - 1 : at;
}
