/** The most gaps that are kept. Numbers of further gaps count as added. */
const MOST_GAPS = 4_000;

/** A set of the sequences of entries. It takes little memory, because sequences come mostly one after another. */
interface SequenceSet {
  /** Adds a sequence. @returns false when it was added before. */
  add(sequence: number): boolean;
}

/** Makes a set of all sequences up to `last`; an empty one when it is left out. */
export function createSequenceSet(last = -1): SequenceSet {
  const gaps: { first: number; last: number }[] = [];
  const addBetween = (sequence: number): boolean => {
    const index = gaps.findIndex((gap) => gap.first <= sequence && sequence <= gap.last);
    const gap = gaps[index];
    if (!gap) return false;
    const left = [
      { first: gap.first, last: sequence - 1 },
      { first: sequence + 1, last: gap.last },
    ];
    gaps.splice(index, 1, ...left.filter((rest) => rest.first <= rest.last));
    return true;
  };
  return {
    add(sequence) {
      if (sequence <= last) return addBetween(sequence);
      if (sequence > last + 1 && gaps.length < MOST_GAPS) gaps.push({ first: last + 1, last: sequence - 1 });
      last = sequence;
      return true;
    },
  };
}
