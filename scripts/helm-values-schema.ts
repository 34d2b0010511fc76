/** deploy/helm/isthmus/values.schema.json: what the chart's values may be; `config` as the configuration's own schema has it. */

import { logLevels } from '../src/cli/log-levels.js';
import { configSchema } from '../src/config/schema.js';

interface Schema {
  readonly [key: string]: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly required?: readonly string[];
}

/** What the chart fills in: secrets are files, and a process in a pod listens on its one port. */
const filledIn: Readonly<Record<string, readonly string[]>> = {
  sql: ['url'],
  mongodb: ['url'],
  api: ['listen', 'token'],
};

const object = (properties: Readonly<Record<string, Schema>>, required: readonly string[] = []): Schema => ({
  type: 'object',
  additionalProperties: false,
  properties,
  ...(required.length === 0 ? {} : { required }),
});
const text: Schema = { type: 'string' };
const name: Schema = { type: 'string', minLength: 1 };
const flag: Schema = { type: 'boolean' };
/** Handed to Kubernetes as it is. */
const free: Schema = { type: 'object' };
const freeList: Schema = { type: 'array', items: free };
const textMap: Schema = { type: 'object', additionalProperties: text };
const count = (least: number): Schema => ({ type: 'integer', minimum: least });

export function helmValuesSchema(): string {
  const schema = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Values of the chart isthmus',
    ...object({ ...ours(), config: configuration(), ...kubernetes() }, ['image', 'secret', 'config', 'kafka']),
  };
  return `${JSON.stringify(schema, null, 2)}\n`;
}

function ours(): Record<string, Schema> {
  const group = object({ replicas: count(1), resources: free }, ['replicas']);
  return {
    image: object({ repository: name, tag: text, pullPolicy: { enum: ['Always', 'IfNotPresent', 'Never'] } }),
    secret: object({ name, keys: object({ sqlUrl: name, mongodbUrl: name, token: name }) }, ['name', 'keys']),
    kafka: object({ capture: group, worker: group }),
    logLevel: { enum: [...logLevels] },
    service: object({
      type: { enum: ['ClusterIP', 'NodePort', 'LoadBalancer'] },
      port: { ...count(1), maximum: 65_535 },
      annotations: textMap,
    }),
    serviceAccount: object({ create: flag, name: text, annotations: textMap }),
    serviceMonitor: object({
      enabled: flag,
      interval: { type: 'string', pattern: '^[1-9][0-9]*(s|m)$' },
      labels: textMap,
    }),
    networkPolicy: object({ enabled: flag, from: freeList, egress: freeList }),
    podDisruptionBudget: object({
      enabled: flag,
      maxUnavailable: { anyOf: [count(1), { type: 'string', pattern: '^[1-9][0-9]?%$' }] },
    }),
    // A clean stop is given 20 seconds; what kills earlier makes each stop a crash.
    terminationGracePeriodSeconds: count(25),
  };
}

function kubernetes(): Record<string, Schema> {
  const lists = [
    'imagePullSecrets',
    'env',
    'envFrom',
    'volumes',
    'volumeMounts',
    'tolerations',
    'topologySpreadConstraints',
  ];
  const objects = ['resources', 'podSecurityContext', 'securityContext', 'affinity', 'global'];
  return {
    nameOverride: text,
    fullnameOverride: text,
    priorityClassName: text,
    podAnnotations: textMap,
    podLabels: textMap,
    nodeSelector: textMap,
    ...Object.fromEntries(lists.map((key) => [key, freeList])),
    ...Object.fromEntries(objects.map((key) => [key, free])),
  };
}

function configuration(): Schema {
  // Go's expressions spell a character by its number in another way.
  const whole = JSON.parse(JSON.stringify(configSchema).replaceAll('\\\\u0000', '\\\\x00')) as Schema;
  const sections = Object.entries(whole.properties ?? {}).map(([key, section]) => [
    key,
    withoutKeys(section, filledIn[key] ?? []),
  ]);
  return sparse({ ...whole, required: ['mongodb', 'entities'], properties: Object.fromEntries(sections) });
}

/** Keys that are the chart's own need not be given, and may not be. */
function withoutKeys(schema: Schema, keys: readonly string[]): Schema {
  if (schema.properties === undefined) return schema;
  const left = Object.entries(schema.properties).filter(([key]) => !keys.includes(key));
  return {
    ...schema,
    properties: Object.fromEntries(left),
    required: schema.required?.filter((key) => !keys.includes(key)) ?? [],
  };
}

/** What has a default may be left out, at every depth. */
function sparse(schema: Schema): Schema {
  const { required = [], properties, items, ...rest } = schema;
  const missing = required.filter((key) => properties?.[key]?.['default'] === undefined);
  const inside = Object.entries(properties ?? {}).map(([key, one]) => [key, sparse(one)]);
  return {
    ...rest,
    ...(properties === undefined ? {} : { properties: Object.fromEntries(inside) }),
    ...(items === undefined ? {} : { items: sparse(items) }),
    ...(missing.length === 0 ? {} : { required: missing }),
  };
}
