// Records what real C# answers for a table of expressions: `dotnet run -- <table.json>` evaluates every row anew
// and writes the table back. A row is { "expression": … } or { "statements": … }; all other fields are answers.
using System.Globalization;
using System.Reflection;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Scripting;
using Microsoft.CodeAnalysis.Scripting;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

CultureInfo.DefaultThreadCurrentCulture = CultureInfo.InvariantCulture;
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;

var options = ScriptOptions.Default
    .WithLanguageVersion(LanguageVersion.CSharp7_3)
    .WithReferences(typeof(object).Assembly, typeof(Enumerable).Assembly, typeof(Uri).Assembly, typeof(HashSet<>).Assembly,
        typeof(System.Text.RegularExpressions.Regex).Assembly, typeof(System.Security.Cryptography.SHA256).Assembly,
        typeof(System.Net.WebUtility).Assembly, typeof(JToken).Assembly, Assembly.Load("System.Runtime"))
    .WithImports("System", "System.Collections.Generic", "System.Linq", "System.Net", "System.Security.Cryptography",
        "System.Text", "System.Text.RegularExpressions", "Newtonsoft.Json", "Newtonsoft.Json.Linq");

// Dates inside JSON stay as they were written in the table.
var settings = new JsonSerializerSettings { DateParseHandling = DateParseHandling.None };
var rows = JsonConvert.DeserializeObject<List<Dictionary<string, string>>>(File.ReadAllText(args[0]), settings);
var recorded = new JArray();
foreach (var row in rows)
{
    var kind = row.ContainsKey("statements") ? "statements" : "expression";
    var answer = new JObject { [kind] = row[kind] };
    try
    {
        var source = kind == "expression" ? row[kind] : $"new Func<object>(() => {{ {row[kind]} }})()";
        var value = await CSharpScript.EvaluateAsync<object>(source, options);
        answer["type"] = value == null ? "null" : value.GetType().ToString();
        answer["result"] = Convert.ToString(value, CultureInfo.InvariantCulture);
    }
    catch (CompilationErrorException error)
    {
        answer["refused"] = error.Diagnostics.First(one => one.Severity == Microsoft.CodeAnalysis.DiagnosticSeverity.Error).Id;
    }
    catch (Exception error)
    {
        answer["exception"] = error.GetType().Name;
        answer["message"] = error.Message;
    }
    recorded.Add(answer);
}
File.WriteAllText(args[0], JsonConvert.SerializeObject(recorded, Formatting.Indented) + "\n");
Console.WriteLine($"{recorded.Count} rows, {recorded.Where(row => row["refused"] != null).Count()} refused.");
