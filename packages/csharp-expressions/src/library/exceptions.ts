import { ExpressionEvaluationError } from '../evaluation-error.ts';
import type { TypeDeclaration } from '../types.ts';
import { BUDGET_EXCEEDED } from '../budget.ts';

// Every exception that a library member raises, with what it derives from.
const BASES: Readonly<Record<string, string>> = {
  SystemException: 'Exception',
  ArgumentException: 'SystemException',
  ArgumentNullException: 'ArgumentException',
  ArgumentOutOfRangeException: 'ArgumentException',
  ArithmeticException: 'SystemException',
  DivideByZeroException: 'ArithmeticException',
  OverflowException: 'ArithmeticException',
  FormatException: 'SystemException',
  UriFormatException: 'FormatException',
  IndexOutOfRangeException: 'SystemException',
  InsufficientExecutionStackException: 'SystemException',
  InvalidCastException: 'SystemException',
  InvalidOperationException: 'SystemException',
  NotSupportedException: 'SystemException',
  NullReferenceException: 'SystemException',
  OutOfMemoryException: 'SystemException',
  TimeoutException: 'SystemException',
};
const OTHERS: readonly (readonly [string, string, string])[] = [
  ['KeyNotFoundException', 'System.Collections.Generic', 'SystemException'],
  ['JsonException', 'Newtonsoft.Json', 'Exception'],
  ['JsonReaderException', 'Newtonsoft.Json', 'JsonException'],
  ['JsonSerializationException', 'Newtonsoft.Json', 'JsonException'],
  ['JsonWriterException', 'Newtonsoft.Json', 'JsonException'],
  ['RegexMatchTimeoutException', 'System.Text.RegularExpressions', 'TimeoutException'],
  ['RegexParseException', 'System.Text.RegularExpressions', 'ArgumentException'],
  ['CryptographicException', 'System.Security.Cryptography', 'SystemException'],
  ['DecoderFallbackException', 'System.Text', 'ArgumentException'],
  [BUDGET_EXCEEDED, 'System', 'Exception'],
];

const exception = (name: string, namespace: string, base: string): TypeDeclaration => ({
  name,
  namespace,
  kind: 'class',
  base,
});

/** System.Exception and what derives from it; Microsoft lists only the first, so only that one can be made. */
export const EXCEPTION_TYPES: readonly TypeDeclaration[] = [
  {
    name: 'Exception',
    namespace: 'System',
    kind: 'class',
    members: {
      'new()': () => created("Exception of type 'System.Exception' was thrown."),
      'new(string? message)': created,
      'new(string? message, Exception? inner)': created,
      'string Message': (self: ExpressionEvaluationError) => self.message,
      'Exception InnerException': (self: ExpressionEvaluationError) => self.inner,
      'string ToString()': (self: ExpressionEvaluationError) => `${self.exceptionType}: ${self.message}`,
    },
  },
  ...Object.entries(BASES).map(([name, base]) => exception(name, 'System', base)),
  ...OTHERS.map(([name, namespace, base]) => exception(name, namespace, base)),
];

function created(
  message: string | null,
  inner: ExpressionEvaluationError | null = null,
): ExpressionEvaluationError {
  return new ExpressionEvaluationError('Exception', message ?? '', inner);
}
