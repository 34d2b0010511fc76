/**
 * `npm run lint:deploy`: what ships in deploy/ as those see it who would run it: hadolint, the loader of `docker compose`, Helm and
 * the schemas of Kubernetes. Runs all, then tells. There is nothing here that could start a container.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import { configurationOf } from './deploy-config.js';
import { type DeployTools, findDeployTools, versions } from './deploy-tools.js';

const chart = 'deploy/helm/isthmus';
/** The oldest that the chart allows, and the newest that there are schemas of. */
const kubernetes = ['1.27.0', '1.37.0'] as const;
const cases = ['embedded', 'kafka'] as const;

/** Values that must be refused, and what the refusal says. */
const refused = [
  { values: ['config.naem=shop'], says: /additional properties 'naem' not allowed/ },
  { values: ['config.apply.batch=0'], says: /minimum: got 0, want 1/ },
  { values: ['config.sql.url=postgres://me@here/shop'], says: /additional properties 'url' not allowed/ },
  { values: ['terminationGracePeriodSeconds=10'], says: /minimum: got 10, want 25/ },
  { values: ['secret.name='], says: /minLength: got 0, want 1/ },
  { values: ['config.transport.kind=kafka', 'kafka.worker.replicas=12'], says: /13 processes share 12 partitions/ },
] as const;

const folder = await mkdtemp(join(tmpdir(), 'isthmus-lint-'));
let failed = 0;
try {
  const tools = await findDeployTools((text) => console.log(text));
  console.log(
    Object.entries(versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(', '),
  );
  await check('Dockerfile: hadolint', () => tools.hadolint.run(['--failure-threshold', 'style', 'deploy/Dockerfile']));
  await check('compose.yaml: compose-go', () => tools.compose.run(['deploy/compose.yaml']));
  for (const name of cases) {
    const file = join(chart, 'ci', `${name}.yaml`);
    await check(`chart, ${name}: helm lint`, () => tools.helm.run(['lint', '--strict', chart, '-f', file]));
    for (const version of kubernetes)
      await check(`chart, ${name}: as Kubernetes ${version} has it`, () => manifests(tools, file, version));
  }
  for (const { values, says } of refused)
    await check(`chart: ${values.join(', ')} is refused`, () => refuses(tools, values, says));
} finally {
  await rm(folder, { recursive: true, force: true });
}
console.log(failed === 0 ? 'deploy/ is linted; nothing of it was run.' : `${failed} checks failed.`);
process.exitCode = failed === 0 ? 0 : 1;

async function check(name: string, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
    console.log(`ok     ${name}`);
  } catch (error) {
    failed++;
    console.log(`FAILED ${name}\n${(error as Error).message}`);
  }
}

function render({ helm }: DeployTools, args: readonly string[], version: string): Promise<string> {
  return helm.run(['template', 'shop', chart, '--kube-version', version, ...args]);
}

/** The schemas know what Kubernetes itself has; what an operator adds, as a ServiceMonitor, is looked at only as YAML. */
async function manifests(tools: DeployTools, values: string, version: string): Promise<void> {
  const text = await render(tools, ['-f', values], version);
  const file = join(folder, 'manifests.yaml');
  await writeFile(file, text);
  await tools.kubernetesValidate.run(['--strict', '--quiet', '--no-warn', '-k', version, file]);
  const configMap = parseAllDocuments(text)
    .map((document) => document.toJS() as { kind: string; data?: Record<string, string> })
    .find(({ kind }) => kind === 'ConfigMap');
  const config = configurationOf(configMap?.data?.['isthmus.yaml'] ?? '', await secretsOf(values));
  const wanted = (parse(await readFile(values, 'utf8')) as { config: { transport?: { kind: string } } }).config;
  if (config.transport.kind !== (wanted.transport?.kind ?? 'embedded')) throw new Error('the transport is another one');
}

/** What a Secret would hold: the keys of values.yaml, and those that a configuration names beside them. */
async function secretsOf(values: string): Promise<Record<string, string>> {
  const { secret } = parse(await readFile(join(chart, 'values.yaml'), 'utf8')) as {
    readonly secret: {
      readonly keys: { readonly sqlUrl: string; readonly mongodbUrl: string; readonly token: string };
    };
  };
  const named = [...(await readFile(values, 'utf8')).matchAll(/file:(\/run\/secrets\/[\w/.-]+)/g)];
  const at = (key: string): string => `/run/secrets/isthmus/${key}`;
  return {
    ...Object.fromEntries(named.map(([, path = '']) => [path, 'https://alerts.example.com/hook'])),
    [at(secret.keys.sqlUrl)]: 'postgres://isthmus:secret@db.example.com/shop',
    [at(secret.keys.mongodbUrl)]: 'mongodb://isthmus:secret@db.example.com/?replicaSet=rs0',
    [at(secret.keys.token)]: 'token',
  };
}

async function refuses(tools: DeployTools, values: readonly string[], says: RegExp): Promise<void> {
  const set = ['secret.name=shop', ...values].flatMap((value) => ['--set', value]);
  const said = await render(tools, set, kubernetes[1]).then(
    () => null,
    (error: Error) => error.message,
  );
  if (said === null) throw new Error('it is taken');
  if (!says.test(said)) throw new Error(`it is refused, but for another reason: ${said}`);
}
