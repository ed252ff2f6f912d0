import { bindVariables } from './bind-declaration.ts';
import { findMembers } from './members.ts';
import type { Scope } from './scope.ts';
import { type BindStatement, simple, type Statement, type Surroundings } from './statement.ts';
import { refuse, type Syntax } from './syntax.ts';
import type { CsType } from './types.ts';

/** The using statement. Nothing that expressions can make holds anything, so the end of one disposes of nothing. */
export const USING: Readonly<Record<string, BindStatement>> = { using_statement: bindUsing };

function bindUsing(syntax: Syntax, scope: Scope, surroundings: Surroundings): Statement {
  const inner = scope.block();
  const [resource, body] = syntax.named;
  if (!resource || !body) return refuse(syntax, 'A using statement needs a resource and a body.');
  const made =
    resource.kind === 'variable_declaration'
      ? bindResources(resource, inner, surroundings)
      : bindResource(resource, inner, surroundings);
  const { run, ...rest } = surroundings.bind(body, inner, surroundings);
  return {
    ...rest,
    run: (frame) => {
      made.run(frame);
      return run(frame);
    },
  };
}

function bindResources(declaration: Syntax, scope: Scope, surroundings: Surroundings): Statement {
  const statement = bindVariables(declaration, scope, surroundings);
  for (const { kind, named } of declaration.named) {
    const [name] = named;
    if (kind !== 'variable_declarator' || !name) continue;
    const variable = scope.read(name.text, name);
    if (variable) requireDisposable(variable.type, name);
  }
  return statement;
}

function bindResource(resource: Syntax, scope: Scope, { binder }: Surroundings): Statement {
  const value = binder.value(resource, scope);
  if (value.type.name !== 'null') requireDisposable(value.type, resource);
  return simple((frame) => void value.evaluate(frame));
}

function requireDisposable(type: CsType, syntax: Syntax): void {
  if (findMembers(type, 'method', 'Dispose').length === 0)
    refuse(syntax, `A ${type.name} is not disposable: using needs an IDisposable.`);
}
