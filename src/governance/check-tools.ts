import { checkNames, refuseDuplicates } from './check-names.ts';
import type { Access, Catalog, Residency, ToolRule } from './documents.ts';
import { joinNames } from './join-names.ts';
import { readToolSource, SOURCE_FORMS, type ToolSource } from './tool-source.ts';
import { type ReachingTool, TOOLS, type ToolName } from './tools.ts';
import type { Path, YamlDocument } from './yaml-document.ts';

/** Checks the tool rules. Refuses unknown roles, sources that the tool cannot reach, and rules without any tool. */
export function checkTools(access: YamlDocument<Access>, catalog: Catalog, roles: ReadonlySet<string>): void {
  const idOfProject = new Map((catalog.projects ?? []).map(({ id, number }) => [number, id]));
  access.value.tools.forEach((rule, index) => {
    checkNames(access, rule.roles, roles, ['tools', index, 'roles'], 'role');
    refuseDuplicates(access, rule.use, (at) => ['tools', index, 'use', at]);
    rule.use.forEach((tool, at) => {
      refuseUnlocatedTool(access, rule, tool, ['tools', index, 'use', at]);
    });
    for (const [name, sources = []] of Object.entries(rule.reach)) {
      const tool = name as ReachingTool;
      const path: Path = ['tools', index, 'reach', tool];
      refuseUnlocatedTool(access, rule, tool, path);
      sources.forEach((written, at) => {
        const source = readToolSource(tool, written, idOfProject);
        if (source) {
          refuseSourceElsewhere(access, rule, source, [...path, at]);
          return;
        }
        access.refuse([...path, at], `"${written}" is not a source of ${tool}. Write ${SOURCE_FORMS[tool]}.`);
      });
      refuseDuplicates(
        access,
        sources.map((written) => readToolSource(tool, written, idOfProject)?.name ?? ''),
        (at) => [...path, at],
      );
    }
    if (rule.use.length + Object.keys(rule.reach).length === 0)
      access.refuse(['tools', index], 'this rule lists no tool. Give it use or reach.');
  });
}

/** Refuses a tool that stays in no location if a residency rule binds every role of the tool rule. */
function refuseUnlocatedTool(
  access: YamlDocument<Access>,
  { roles }: ToolRule,
  tool: ToolName,
  path: Path,
): void {
  if (TOOLS[tool].home !== 'anywhere') return;
  const rules = findResidencyOfAll(access.value, roles, () => true);
  if (rules.length === 0) return;
  access.refuse(
    path,
    `${joinNames(rules)} keeps its roles in locations, and ${tool} does not stay in a location: ${TOOLS[tool].page}`,
  );
}

/** Refuses a source outside of the locations to which residency rules bind every role of the tool rule. */
function refuseSourceElsewhere(
  access: YamlDocument<Access>,
  { roles }: ToolRule,
  { location }: ToolSource,
  path: Path,
): void {
  if (location === undefined) return;
  const rules = findResidencyOfAll(access.value, roles, ({ locations }) => !locations.includes(location));
  if (rules.length === 0) return;
  access.refuse(path, `${joinNames(rules)} keeps its roles out of ${location}, where this source is.`);
}

/** Ids of residency rules with the property, one for each role; empty if one of the roles has none. */
function findResidencyOfAll(
  { residency }: Access,
  roles: readonly string[],
  hasProperty: (rule: Residency) => boolean,
): string[] {
  const rules = roles.map((role) => residency.find((rule) => rule.roles.includes(role) && hasProperty(rule)));
  const ids = rules.flatMap((rule) => (rule ? [rule.id] : []));
  return ids.length === roles.length ? [...new Set(ids)] : [];
}
