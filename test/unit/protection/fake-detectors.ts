import type { Detection, Detectors } from '@vertex-ai-gateway/content-detectors/detectors';
import type { CreateDetectors } from '../../../src/protection/create-protection.ts';

/** Patterns of values without white space in them, so that a stream is decided up to its last white space. */
const PATTERNS: Readonly<Record<string, RegExp>> = {
  email: /[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}/g,
  'payment-card': /(?<!\d)4\d{15}(?!\d)/g,
  phone: /(?<=phone: ?)\d{9,12}/g,
  iban: /\bDE\d{20}\b/g,
};

/** Makes detectors that find by patterns, and counts how often they are made and asked. */
export function fakeDetectors(): { create: CreateDetectors; made: () => number; asked: () => number } {
  let made = 0;
  let asked = 0;
  const create: CreateDetectors = ({ kinds }) => {
    made += 1;
    const detect = (text: string): Detection[] => {
      asked += 1;
      return [...kinds.keys()]
        .flatMap((kind) =>
          [...text.matchAll(PATTERNS[kind] ?? /$^/g)].map(({ index, 0: { length } }) => ({
            kind,
            detector: `${kind}-pattern`,
            start: index,
            end: index + length,
          })),
        )
        .toSorted((one, other) => one.start - other.start);
    };
    const detectors: Detectors = {
      detect,
      maximumHeldUnits: 100,
      openStream() {
        let held = '';
        const take = (end: number) => {
          const text = held.slice(0, end);
          held = held.slice(end);
          return { text, detections: detect(text) };
        };
        return {
          push: (piece) => {
            held += piece;
            return take(held.search(/\S*$/));
          },
          end: () => take(held.length),
        };
      },
    };
    return Promise.resolve(detectors);
  };
  return { create, made: () => made, asked: () => asked };
}
