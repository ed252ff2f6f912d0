import { GROUPS, KINDS } from '@vertex-ai-gateway/content-detectors/kinds';
import { DetectorInvalid } from '@vertex-ai-gateway/content-detectors/detector-invalid';
import { compileDetector } from '@vertex-ai-gateway/content-detectors/own';
import { refuseDuplicates } from './check-names.ts';
import type { OwnDetector, Protection } from './protection-document.ts';
import type { Path, YamlDocument } from './yaml-document.ts';

/** Checks own detectors. Refuses names and placeholders that are taken, and detectors that cannot work. */
export function checkDetectors(protection: YamlDocument<Protection>): void {
  const { detectors } = protection.value;
  const names = detectors.map(({ name }) => name);
  const placeholders = detectors.map(({ placeholder }) => placeholder);
  const takenNames = new Set<string>([...GROUPS, ...Object.keys(KINDS), 'other']);
  const takenPlaceholders = new Set<string>(Object.values(KINDS).map(({ placeholder }) => placeholder));
  detectors.forEach((detector, index) => {
    const { name, placeholder, pattern, words, checksum, context } = detector;
    const path = ['detectors', index];
    if (takenNames.has(name))
      protection.refuse([...path, 'name'], `"${name}" is the name of a built-in kind or group.`);
    if (takenPlaceholders.has(placeholder))
      protection.refuse([...path, 'placeholder'], `"${placeholder}" is the placeholder of a built-in kind.`);
    if (pattern === undefined && words === undefined)
      protection.refuse(path, 'the detector finds nothing. Give it a pattern or words.');
    const ofPattern = checksum !== undefined ? 'checksum' : context ? 'context' : undefined;
    if (pattern === undefined && ofPattern !== undefined)
      protection.refuse([...path, ofPattern], `a ${ofPattern} is for a pattern, and there is none.`);
    refuseUncompilable(protection, detector, path);
  });
  refuseDuplicates(protection, names, (index) => ['detectors', index, 'name']);
  refuseDuplicates(protection, placeholders, (index) => ['detectors', index, 'placeholder']);
}

/** Refuses a pattern that takes more than linear time or matches nothing, and a checksum that there is not. */
function refuseUncompilable(protection: YamlDocument<Protection>, detector: OwnDetector, path: Path): void {
  try {
    compileDetector(detector);
  } catch (error) {
    if (error instanceof DetectorInvalid) protection.refuse([...path, error.member], error.message);
    throw error;
  }
}
