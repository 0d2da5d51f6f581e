/** `/resource_types` (contract: rest-api §6): which types there are, a type's schema, a first template for it. */
import { errors } from '../../engine/kernel/errors.ts';
import { mapOf, type Value } from '../../engine/values/value.ts';
import { type Answer, type Exchange, json, param, type Route } from '../route.ts';

async function index(x: Exchange): Promise<Answer> {
  const { query } = x;
  const withDescription = query.bool('with_description') ?? false;
  const listed = await x.engine.listTypes(x.caller, {
    name: query.one('name'),
    version: query.one('version'),
    supportStatus: query.one('support_status'),
  });
  const entries: Value[] = listed.map(({ name, description }) =>
    withDescription
      ? mapOf([
          ['resource_type', name],
          ['description', description],
        ])
      : name,
  );
  return json(mapOf([['resource_types', entries]]));
}

async function schema(x: Exchange): Promise<Answer> {
  return json(await x.engine.typeSchema(x.caller, param(x, 'type_name')));
}

async function template(x: Exchange): Promise<Answer> {
  const asked = x.query.one('template_type') ?? 'cfn';
  const language = asked.toLowerCase();
  if (language !== 'hot' && language !== 'cfn') {
    const message = `Template type is not supported: Invalid template type "${asked}", valid types are: cfn, hot.`;
    throw errors.BadRequest({ message });
  }
  return json(await x.engine.typeTemplate(x.caller, param(x, 'type_name'), language));
}

export const typeRoutes: readonly Route[] = [
  { methods: ['GET'], path: '/resource_types', policy: 'stacks:list_resource_types', handle: index },
  { methods: ['GET'], path: '/resource_types/{type_name}', policy: 'stacks:resource_schema', handle: schema },
  {
    methods: ['GET'],
    path: '/resource_types/{type_name}/template',
    policy: 'stacks:generate_template',
    handle: template,
  },
];
