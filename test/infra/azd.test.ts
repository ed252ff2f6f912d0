import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { parse } from 'yaml';

const project = parse(readFileSync('azure.yaml', 'utf8')) as { infra: { path: string; module: string } };
const main = readFileSync('infra/azure/main.bicep', 'utf8');

test('azure.yaml is what the Azure Developer CLI takes', () => {
  const schema = JSON.parse(readFileSync('test/infra/azd-schema.json', 'utf8')) as object;
  const ajv = new Ajv({ strict: false });
  const validate = ajv.compile(schema);
  expect([validate(project), validate.errors]).toEqual([true, null]);
  expect(validate({ ...project, infra: { ...project.infra, folder: 'x' } })).toBe(false);
  expect(validate({ ...project, name: 'Upper Case' })).toBe(false);
});

test('it gives main.bicep every parameter without a default, and none that is not there', () => {
  const file = `${project.infra.path}/${project.infra.module}.parameters.json`;
  const { parameters } = JSON.parse(readFileSync(file, 'utf8')) as { parameters: Record<string, unknown> };
  const declared = Array.from(main.matchAll(/^param (\w+) [^\n]*?( = .*)?$/gm), ([line, name = '']) => ({
    name,
    needed: !line.includes(' = ') && !line.endsWith('?'),
  }));
  expect(declared.length).toBeGreaterThan(30);
  const names = declared.map(({ name }) => name);
  expect(Object.keys(parameters).filter((name) => !names.includes(name))).toEqual([]);
  const needed = declared.filter((one) => one.needed).map(({ name }) => name);
  expect(needed.filter((name) => !(name in parameters))).toEqual([]);
});
