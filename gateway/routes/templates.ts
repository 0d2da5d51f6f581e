/** Template versions, their functions, and whether a template holds (contract: rest-api §6). */
import { mapOf } from '../../engine/values/value.ts';
import { permitting, templateRequest } from '../body.ts';
import { type Answer, type Exchange, json, param, type Route } from '../route.ts';

async function versions(x: Exchange): Promise<Answer> {
  const listed = await x.engine.templateVersions();
  const entries = listed.map(({ version, type, aliases }) =>
    mapOf([
      ['version', version],
      ['type', type],
      ['aliases', aliases],
    ]),
  );
  return json(mapOf([['template_versions', entries]]));
}

async function functions(x: Exchange): Promise<Answer> {
  const withConditions = x.query.bool('with_condition_func') ?? false;
  const listed = await x.engine.templateFunctions(param(x, 'template_version'), withConditions, x.awsFunctions);
  const entries = listed.map(({ name, description }) =>
    mapOf([
      ['functions', name],
      ['description', description],
    ]),
  );
  return json(mapOf([['template_functions', entries]]));
}

/** `show_nested` changes nothing as long as no type is a template of its own. */
async function validate(x: Exchange): Promise<Answer> {
  x.query.bool('show_nested');
  const codes = (x.query.one('ignore_errors') ?? '').split(',').flatMap(code => code.trim() || []);
  const request = permitting(x, templateRequest(x.body, x.limits));
  return json(await x.engine.validateTemplate(x.caller, request, new Set(codes)));
}

export const templateRoutes: readonly Route[] = [
  { methods: ['POST'], path: '/validate', policy: 'stacks:validate_template', handle: validate, readsBody: true },
  { methods: ['GET'], path: '/template_versions', policy: 'stacks:list_template_versions', handle: versions },
  {
    methods: ['GET'],
    path: '/template_versions/{template_version}/functions',
    policy: 'stacks:list_template_functions',
    handle: functions,
  },
];
