import { createRequire } from 'node:module';

/** Columns of a table with their types, as Kusto writes them. */
export type KustoSchema = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Lists the errors and warnings of Microsoft's own parser and binder for a query. */
export type CheckQuery = (query: string) => string[];

interface Diagnostic {
  readonly Severity: string;
  readonly Code: string;
  readonly Message: string;
  readonly Start: number;
}

/**
 * The part of `@kusto/language-service-next` that is used. The package's own declarations are a megabyte of globals.
 */
interface KustoGlobals {
  readonly Bridge: { toArray(list: unknown): Diagnostic[] };
  readonly Kusto: {
    readonly Language: {
      readonly GlobalState: { readonly Default: { WithDatabase(database: unknown): unknown } };
      readonly KustoCode: { ParseAndAnalyze(text: string, globals: unknown): { GetDiagnostics(): unknown } };
      readonly Symbols: {
        readonly TableSymbol: { From(schema: string): { WithName(name: string): unknown } };
        readonly DatabaseSymbol: {
          readonly $ctor3: new (
            name: string,
            alternateName: string | null,
            members: readonly unknown[],
            isOpen: boolean,
          ) => unknown;
        };
      };
    };
  };
}

/**
 * Loads the language service, a script of 5 MB that defines globals.
 * Source: https://www.npmjs.com/package/@kusto/language-service-next
 */
export function loadKustoLanguage(schema: KustoSchema): CheckQuery {
  const require = createRequire(import.meta.url);
  require('@kusto/language-service-next/bridge.min.js');
  require('@kusto/language-service-next/Kusto.Language.Bridge.min.js');
  const { Bridge, Kusto } = globalThis as unknown as KustoGlobals;
  const { GlobalState, KustoCode, Symbols } = Kusto.Language;
  const tables = Object.entries(schema).map(([name, columns]) => {
    const declared = Object.entries(columns).map(([column, type]) => `${column}: ${type}`);
    return Symbols.TableSymbol.From(`(${declared.join(', ')})`).WithName(name);
  });
  const database = new Symbols.DatabaseSymbol.$ctor3('telemetry', null, tables, false);
  const globals = GlobalState.Default.WithDatabase(database);
  return (query) =>
    Bridge.toArray(KustoCode.ParseAndAnalyze(query, globals).GetDiagnostics()).map(
      ({ Severity, Code, Message, Start }) => `${Severity} ${Code} at ${Start}: ${Message}`,
    );
}
