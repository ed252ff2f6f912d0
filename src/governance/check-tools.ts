import { checkNames, refuseDuplicates } from './check-names.ts';
import type { Access, Catalog, Residency, ToolRule } from './documents.ts';
import { joinNames } from './join-names.ts';
import { readToolSource, SOURCE_FORMS, type ToolSource } from './tool-source.ts';
import { type ReachingTool, TOOLS, type ToolName } from './tools.ts';
import type { Path, YamlDocument } from './yaml-document.ts';

/** Refuses roles that don't exist, sources that are none, and rules that let nobody use any tool. */
export function checkTools(access: YamlDocument<Access>, catalog: Catalog, roles: ReadonlySet<string>): void {
  const idOfProject = new Map((catalog.projects ?? []).map(({ id, number }) => [number, id]));
  access.value.tools.forEach((rule, index) => {
    checkNames(access, rule.roles, roles, ['tools', index, 'roles'], 'role');
    refuseDuplicates(access, rule.use, (at) => ['tools', index, 'use', at]);
    rule.use.forEach((tool, at) => {
      refuseKept(access, rule, tool, ['tools', index, 'use', at]);
    });
    for (const [name, sources = []] of Object.entries(rule.reach)) {
      const tool = name as ReachingTool;
      const path: Path = ['tools', index, 'reach', tool];
      refuseKept(access, rule, tool, path);
      sources.forEach((written, at) => {
        const source = readToolSource(tool, written, idOfProject);
        if (source) {
          refuseElsewhere(access, rule, source, [...path, at]);
          return;
        }
        access.refuse(
          [...path, at],
          `"${written}" is nothing that ${tool} can reach. Write ${SOURCE_FORMS[tool]}.`,
        );
      });
      refuseDuplicates(
        access,
        sources.map((written) => readToolSource(tool, written, idOfProject)?.name ?? ''),
        (at) => [...path, at],
      );
    }
    if (rule.use.length + Object.keys(rule.reach).length === 0)
      access.refuse(['tools', index], 'this rule lists no tool: give it use or reach.');
  });
}

/** Refuses a tool for roles that residency keeps from it, all of them: whoever wrote it meant something else. */
function refuseKept(access: YamlDocument<Access>, { roles }: ToolRule, tool: ToolName, path: Path): void {
  if (TOOLS[tool].home !== 'anywhere') return;
  const keeping = findKeeping(access.value, roles, () => true);
  if (keeping.length === 0) return;
  access.refuse(
    path,
    `${joinNames(keeping)} keeps its roles in locations, and ${tool} stays in none: ${TOOLS[tool].page}`,
  );
}

/** Refuses what lies where residency lets none of its roles reach. */
function refuseElsewhere(
  access: YamlDocument<Access>,
  { roles }: ToolRule,
  { location }: ToolSource,
  path: Path,
): void {
  if (location === undefined) return;
  const keeping = findKeeping(access.value, roles, ({ locations }) => !locations.includes(location));
  if (keeping.length === 0) return;
  access.refuse(
    path,
    `${joinNames(keeping)} keeps its roles elsewhere than in ${location}, where this lies.`,
  );
}

/** Ids of the residency rules that keep each of the roles away; none where one of them is kept by none. */
function findKeeping(
  { residency }: Access,
  roles: readonly string[],
  keepsAway: (rule: Residency) => boolean,
): string[] {
  const keeping = roles.map((role) => residency.find((rule) => rule.roles.includes(role) && keepsAway(rule)));
  const ids = keeping.flatMap((rule) => (rule ? [rule.id] : []));
  return ids.length === roles.length ? [...new Set(ids)] : [];
}
