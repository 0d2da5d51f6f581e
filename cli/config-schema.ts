/**
 * What the configuration files of a cluster's processes may say, as JSON Schema; `description` is what a wrong or
 * missing setting is told with. Files of secrets hold nothing else; one line end after them is no part of it.
 */

const text = (description: string) => ({ type: 'string', minLength: 1, description }) as const;
const flag = (description: string) => ({ type: 'boolean', description }) as const;
const place = (description: string) =>
  ({ type: 'string', pattern: '^(\\[[0-9a-fA-F:.]+\\]|[^\\s:/]+):[0-9]{1,5}$', description }) as const;
const file = (what: string) => text(`the path of ${what}, from the folder of this file if it does not begin with /`);
const url = (description: string) => ({ type: 'string', pattern: '^https?://[^\\s]+$', description }) as const;

const section = <P extends object, R extends readonly (keyof P & string)[]>(
  description: string,
  required: R,
  properties: P,
) => ({ type: 'object', additionalProperties: false, description, required: [...required], properties }) as const;

const tls = section('certificates of this process towards engines and gateways', ['ca', 'cert', 'key'], {
  ca: file("the authority that signs this cluster's certificates (PEM)"),
  cert: file('the certificate of this process (PEM)'),
  key: file('its private key (PEM)'),
  serverName: text("the DNS name in the engines' certificates, such as convect-engine; default: the address's host"),
});

const insecure = flag('true: without tls also on an address that others can reach');

const etcdSection = section('where the cluster keeps who owns what', ['hosts'], {
  hosts: {
    type: 'array',
    minItems: 1,
    items: text('host:port, such as 127.0.0.1:2379'),
    description: 'a list of host:port, such as [10.0.0.2:2379, 10.0.0.3:2379]',
  },
  prefix: text('what all keys begin with; default /convect/'),
  tls: section('certificates towards etcd', [], {
    ca: file("the authority that signs etcd's certificates (PEM)"),
    cert: file('the certificate that etcd asks for (PEM)'),
    key: file('its private key (PEM)'),
    serverName: text("the name in etcd's certificates; default: the host's"),
  }),
  username: text("etcd's user"),
  passwordFile: file("etcd's password"),
});
const etcd = {
  ...etcdSection,
  dependencies: { username: ['passwordFile'], passwordFile: ['username'] },
} as const;

const logLevel = {
  enum: ['debug', 'info', 'warn', 'error', 'silent'],
  description: 'the least that is logged: debug, info, warn, error or silent; default info',
} as const;

const tracing = {
  ...section('where spans of requests go: file, otlp, or both', [], {
    file: file('a file to which spans are appended: OTLP, a JSON object a line'),
    otlp: url('the URL of a collector of OTLP over HTTP, such as http://127.0.0.1:4318/v1/traces'),
    ratio: {
      type: 'number',
      minimum: 0,
      maximum: 1,
      description: 'how many of the traces that begin here are kept, from 0 to 1; default 1',
    },
  }),
  not: { properties: { file: false, otlp: false } },
} as const;

const audit = {
  ...section('where records of who did what go: file, or stdout: true', [], {
    file: file('a file to which a JSON object a line is appended; opened anew on SIGHUP'),
    stdout: { const: true, description: 'true: to standard output, where nothing else but "ready: …" goes' },
  }),
  not: { properties: { file: false, stdout: false } },
} as const;

const perProject = section('what each project may ask of this gateway', [], {
  atOnce: {
    type: 'integer',
    minimum: 1,
    maximum: 512,
    description:
      'a whole number, 1 to 512: requests under way at once, of those that read and of all others; default 4 for each engine',
  },
  perSecond: {
    type: 'number',
    exclusiveMinimum: 0,
    description: 'a number above 0: requests a second on the average; beyond, 429. Default: as many as there come',
  },
  burst: {
    type: 'integer',
    minimum: 1,
    description: 'a whole number, 1 or more: how many at one moment, with perSecond',
  },
});

const serviceUser = {
  userName: text('the name of the service user, such as heat'),
  passwordFile: file('its password'),
  projectName: text('the project that it works in, such as service'),
  userDomain: text('the name of its domain; default Default'),
  projectDomain: text("the name of its project's domain; default Default"),
} as const;

const addresses = (which: string) =>
  ({
    type: 'array',
    items: { type: 'string', pattern: '^[0-9a-fA-F:.]+(/[0-9]{1,3})?$', description: 'such as 10.0.0.0/8 or fd00::/8' },
    description: `a list of addresses and networks that are ${which}`,
  }) as const;

export const engineSchema = section(
  'the configuration of an engine',
  ['node', 'listen', 'databaseUrlFile', 'vaultKeyFile', 'etcd'],
  {
    node: {
      type: 'string',
      pattern: '^[A-Za-z0-9._-]{1,64}$',
      description: 'the name of this engine, such as engine-1: letters, digits, dots, dashes; no other has it',
    },
    listen: place('host:port of the gRPC server, such as 127.0.0.1:50051'),
    advertise: place('host:port at which others reach it; default: as in listen'),
    status: place('host:port of /healthz, /readyz, /version and /metrics over HTTP'),
    databaseUrlFile: file("the database's URL, such as postgresql://user:password@host/convect"),
    migrate: flag('false: the schema is brought up to date by somebody else; default true'),
    vaultKeyFile: file('the keys that seal secrets: 64 hex digits a line, the first seals; the same for all engines'),
    etcd,
    tls,
    insecure,
    allowed: section('DNS names of certificates that are let in', [], {
      engines: { type: 'array', items: text('a DNS name'), description: 'a list; default [convect-engine]' },
      gateways: { type: 'array', items: text('a DNS name'), description: 'a list; default [convect-gateway]' },
    }),
    cloud: section('the OpenStack whose services are called', ['authUrl', 'userName', 'passwordFile', 'projectName'], {
      authUrl: url('the URL of Keystone, such as http://127.0.0.1:5000/v3'),
      ...serviceUser,
      region: text('the region whose endpoints are used; default: the first'),
      interface: { enum: ['public', 'internal', 'admin'], description: 'public, internal or admin; default public' },
      ca: file('authorities to trust instead of the system’s (PEM)'),
      insecure: flag('true: certificates are not checked'),
    }),
    fetch: section('from where templates that are named by URL may be fetched', [], {
      allow: addresses('open, although they are closed otherwise (the own machine, links, metadata services)'),
      deny: addresses('closed, although they are open otherwise'),
    }),
    plugin_dirs: {
      type: 'array',
      items: file('a folder with resource types of your own'),
      description: 'a list of folders with resource types of your own, a file each; the same types at all engines',
    },
    environment_dir: file('a folder with environments for all stacks; their resource_registry counts'),
    template_dir: file('the folder in which they find the templates that they name'),
    tracing,
    logLevel,
  },
);

export const gatewaySchema = section('the configuration of a gateway', ['listen', 'etcd', 'keystone'], {
  listen: place('host:port of the HTTP server, such as 127.0.0.1:8004'),
  status: place('host:port of /healthz, /readyz, /version and /metrics over HTTP'),
  drainSeconds: {
    type: 'number',
    minimum: 0,
    maximum: 60,
    description: 'how long, 0 to 60, it still takes requests after /readyz says 503; default 2; without status 0',
  },
  etcd,
  tls,
  insecure,
  keystone: section('who checks tokens', ['authUrl', 'userName', 'passwordFile', 'projectName'], {
    authUrl: url('the URL of Keystone, such as http://127.0.0.1:5000/v3'),
    publicUrl: url('where clients find it, if elsewhere'),
    ...serviceUser,
  }),
  allowedOrigins: {
    type: 'array',
    items: text('an origin, such as https://horizon.example.org'),
    description: 'a list of origins whose pages may call the API; default none',
  },
  trustForwarded: flag('true behind a proxy that sets X-Forwarded-Proto and -Host itself'),
  awsFunctions: flag(
    'true: CloudFormation templates may use what AWS has and Heat has not, such as Fn::Sub and !Ref; default false',
  ),
  perProject: { ...perProject, dependencies: { burst: ['perSecond'] } },
  audit,
  tracing,
  logLevel,
});
