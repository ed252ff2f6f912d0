import { MisplacedPolicyError, PolicyDocumentError } from '../documents/policy-document-error.ts';
import { SCOPES, SECTIONS } from '../policies/policy.ts';
import { checkElement } from './check-element.ts';
import { PolicyCompiler } from './policy-compiler.ts';
import type { CompilerSetting, Place } from './policy-compiler.ts';
import type { PolicyStep } from './policy-step.ts';
import { parametersOf } from './template-parameters.ts';

/**
 * Compiles what a fragment holds for the place where it is included.
 * @throws {PolicyDocumentError} for what is wrong with the fragment itself.
 */
export function compileFragment(id: string, setting: CompilerSetting, place: Place): PolicyStep[] {
  const fragment = setting.fragments.get(id);
  if (!fragment) return [];
  checkElement(fragment, { holds: 'policies' }, false, setting.namedValues);
  return new PolicyCompiler(setting, { ...place, fragment: id }).compileOneOrMore(fragment);
}

/**
 * Refuses fragments that no document could include, whether or not one does: each has to compile for at least one
 * section and scope. What is wrong with it is told for the place that suits it best.
 * Source: https://learn.microsoft.com/azure/api-management/policy-fragments
 */
export function checkFragments(setting: CompilerSetting): void {
  for (const id of setting.fragments.keys()) {
    const [best = []] = refusalsByPlace(id, setting).sort(
      (a, b) => countMisplaced(a) - countMisplaced(b) || a.length - b.length,
    );
    for (const refusal of best) setting.refuse(refusal);
  }
}

/** Returns the refusals of each place, up to the first place that refuses nothing. */
function refusalsByPlace(id: string, setting: CompilerSetting): Error[][] {
  const templateParameters = parametersOf(setting.apis.flatMap(({ operations }) => operations));
  const all: Error[][] = [];
  for (const section of SECTIONS) {
    for (const scope of SCOPES) {
      const place = {
        scope,
        section,
        path: '',
        fragment: id,
        seenOnce: new Set<string>(),
        templateParameters,
      };
      const refusals = collectRefusals(id, setting, place);
      all.push(refusals);
      if (refusals.length === 0) return all;
    }
  }
  return all;
}

function collectRefusals(id: string, setting: CompilerSetting, place: Place): Error[] {
  const refusals: Error[] = [];
  try {
    compileFragment(id, { ...setting, refuse: (error) => void refusals.push(error) }, place);
  } catch (error) {
    if (!(error instanceof PolicyDocumentError)) throw error;
    refusals.push(error);
  }
  return refusals;
}

function countMisplaced(refusals: readonly Error[]): number {
  return refusals.filter((refusal) => refusal instanceof MisplacedPolicyError).length;
}
