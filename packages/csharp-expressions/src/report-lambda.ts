import type { Argument, MethodGroup } from './bound.ts';
import { inferTypeArguments } from './inference.ts';
import type { Candidate } from './members.ts';
import { type CsType, substitute } from './types.ts';

/** Throws the mistake inside a lambda that kept a candidate from fitting, if there is one. */
export function reportLambda(candidate: Candidate, group: MethodGroup, args: readonly Argument[]): void {
  const all = candidate.member.isExtension && group.receiver ? [group.receiver, ...args] : args;
  const lambdas = args.filter((argument) => argument.kind === 'lambda');
  if (lambdas.length === 0 || all.length !== candidate.parameters.length) return;
  const names = candidate.member.typeParameters;
  const plain = candidate.parameters.flatMap(({ type }, index) => {
    const argument = all[index];
    return argument?.kind === 'value' ? [{ argument, target: type }] : [];
  });
  const known = new Map<string, CsType>();
  for (const name of names) {
    const [type] = inferTypeArguments([name], plain) ?? [];
    if (type) known.set(name, type);
  }
  for (const [index, argument] of all.entries()) {
    const target = candidate.parameters[index]?.type;
    if (argument.kind !== 'lambda' || !target) continue;
    const inputs = target.args.slice(0, argument.parameters.length).map((type) => substitute(type, known));
    if (
      inputs.length === argument.parameters.length &&
      inputs.every((type) => type.definition.kind !== 'parameter')
    ) {
      argument.bind(inputs, null);
    }
  }
}
