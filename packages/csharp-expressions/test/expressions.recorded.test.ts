import { readFileSync } from 'node:fs';
import path from 'node:path';
import { loadExpressionCompiler, textOf } from '../src/compile.ts';
import { ExpressionEvaluationError } from '../src/evaluation-error.ts';
import { ExpressionError } from '../src/expression-error.ts';
import { clrNameOf } from '../src/types.ts';
import { typeOfValue } from '../src/values/boxed.ts';
import { samplePolicyContext } from './sample-policy-context.ts';

/** One expression with what real C# answered, as `expressions/recorder` wrote it. */
interface Row {
  readonly expression?: string;
  readonly statements?: string;
  readonly type?: string;
  readonly result?: string | null;
  readonly exception?: string;
  readonly refused?: string;
}

const rows = JSON.parse(readFileSync(path.join(__dirname, 'expressions.recorded.json'), 'utf8')) as Row[];

function recorded({ refused, exception, type, result }: Row): string {
  if (refused !== undefined) return 'refused';
  if (exception !== undefined) return `throws ${exception}`;
  return type === 'null' ? 'null' : `${type ?? ''}: ${result ?? ''}`;
}

test('answers every recorded expression as real C# does', async () => {
  const compiler = await loadExpressionCompiler();
  const answer = ({ expression, statements = '' }: Row): string => {
    try {
      const source = expression ?? statements;
      const compiled = compiler.compile(source, expression === undefined ? 'statements' : 'expression');
      const value = compiled.evaluate(samplePolicyContext());
      return value === null ? 'null' : `${clrNameOf(typeOfValue(value))}: ${textOf(value)}`;
    } catch (error) {
      if (error instanceof ExpressionError) return 'refused';
      if (error instanceof ExpressionEvaluationError) return `throws ${error.exceptionType}`;
      throw error;
    }
  };
  const differences = rows
    .map((row) => ({
      source: row.expression ?? row.statements,
      expected: recorded(row),
      actual: answer(row),
    }))
    .filter(({ expected, actual }) => expected !== actual);
  expect(differences).toEqual([]);
  expect(rows.length).toBeGreaterThan(1000);
});
