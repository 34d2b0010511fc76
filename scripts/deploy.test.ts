/** What ships in deploy/ fits together, and to this version. What linters say of it is `npm run lint:deploy`. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parser } from '@prometheus-io/lezer-promql';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { version } from '../src/base/version.js';
import { kafkaVersion } from '../src/testing/servers/kafka-jars.js';
import { configurationOf } from './deploy-config.js';
import { helmValuesSchema } from './helm-values-schema.js';

interface Service {
  readonly image: string;
  readonly command?: readonly string[];
  readonly profiles?: readonly string[];
  readonly healthcheck?: object;
  readonly build?: object;
  readonly secrets?: readonly string[];
  readonly configs?: readonly { readonly source: string }[];
  readonly volumes?: readonly string[];
  readonly ports?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
}

interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly configs: Readonly<Record<string, { readonly file: string }>>;
  readonly secrets: Readonly<Record<string, { readonly file: string }>>;
  readonly volumes: Readonly<Record<string, null>>;
}

const read = (path: string): string => readFileSync(join('deploy', path), 'utf8');
const compose = parse(read('compose.yaml'), { merge: true }) as Compose;
const services = Object.entries(compose.services);

describe('compose.yaml', () => {
  test('what a service names is there, and what is there is named', () => {
    const named = (of: (service: Service) => readonly string[]): string[] =>
      [...new Set(services.flatMap(([, service]) => of(service)))].sort();
    expect(named(({ secrets = [] }) => secrets)).toEqual(Object.keys(compose.secrets).sort());
    expect(named(({ configs = [] }) => configs.map(({ source }) => source))).toEqual(
      Object.keys(compose.configs).sort(),
    );
    expect(named(({ volumes = [] }) => volumes.map((volume) => volume.split(':')[0] as string))).toEqual(
      Object.keys(compose.volumes).sort(),
    );
    for (const { file } of Object.values(compose.configs)) expect(existsSync(join('deploy', file)), file).toBe(true);
  });

  test('who is waited for can tell that it is ready', () => {
    for (const [name, { depends_on: waits = {} }] of services)
      for (const [other, { condition }] of Object.entries(waits)) {
        const service = compose.services[other];
        expect(service, `${name} waits for ${other}`).toBeDefined();
        if (condition === 'service_healthy') expect(service?.healthcheck, other).toBeDefined();
        else expect([other, condition]).toEqual(['mongodb-init', 'service_completed_successfully']);
      }
  });

  test('what runs can be told to be well: by its healthcheck, or by that of our image', () => {
    const silent = services.filter(
      ([name, { healthcheck, build }]) => !healthcheck && !build && name !== 'mongodb-init',
    );
    expect(silent.map(([name]) => name)).toEqual([]);
    expect(read('Dockerfile')).toContain('HEALTHCHECK');
  });

  test('no secret stands in it, nor in what it mounts: each is a file that setup.sh makes', () => {
    const setup = read('setup.sh');
    for (const [name, { file }] of Object.entries(compose.secrets)) {
      expect(file).toBe(`secrets/${name}`);
      expect(setup).toMatch(new RegExp(`(for name in|write) .*\\b${name}\\b`));
    }
    for (const [name, { environment = {} }] of services)
      for (const [key, value] of Object.entries(environment))
        if (/PASSWORD|SECRET|TOKEN/.test(key)) expect(value, `${name}: ${key}`).toMatch(/^\/run\/secrets\//);
    expect(read('.gitignore').split('\n')).toEqual(expect.arrayContaining(['.env', 'secrets/']));
  });

  test('ports are of this machine alone, and images have versions', () => {
    for (const [name, { ports = [], image }] of services) {
      for (const port of ports) expect(port, name).toMatch(/^127\.0\.0\.1:/);
      expect(image, name).toMatch(/:v?\d/);
    }
    expect(compose.services['isthmus']?.image).toBe(`isthmus:${version}`);
    expect(compose.services['kafka']?.image).toBe(`apache/kafka:${kafkaVersion}`);
  });

  test('one process syncs in each profile, and Prometheus finds it by the same name', () => {
    const ours = services.filter(([, { build }]) => build !== undefined);
    const roles = ours.map(([name, { profiles = [], command = [] }]) => [
      name,
      profiles.join(),
      command.at(-1) ?? 'all',
    ]);
    expect(roles).toEqual([
      ['isthmus', 'embedded', 'all'],
      ['capture', 'kafka', 'capture'],
      ['worker', 'kafka', 'worker'],
      ['lead', 'kafka', 'all'],
    ]);
    expect(read('.env.example')).toMatch(/^COMPOSE_PROFILES=embedded$/m);
  });
});

describe('the configurations', () => {
  const secrets = {
    '/run/secrets/sql_url': 'postgres://isthmus:secret@postgres:5432/shop',
    '/run/secrets/mongodb_url': 'mongodb://isthmus:secret@mongodb:27017/?replicaSet=rs0',
    '/run/secrets/isthmus_token': 'secret',
  };
  const files = readdirSync('deploy/compose').filter((name) => /^isthmus.*\.yaml$/.test(name));

  test.each(files)('%s is one that the process takes', (file) => {
    const config = configurationOf(read(`compose/${file}`), secrets);
    expect(config).toMatchObject({ name: 'shop', api: { listen: '0.0.0.0:7070', token: 'secret' } });
    expect(config.sql.url).toBe(secrets['/run/secrets/sql_url']);
    expect(config.transport.kind).toBe(file === 'isthmus.yaml' ? 'embedded' : 'kafka');
  });

  test('one that it would not take is told', () => {
    expect(() => configurationOf(read('compose/isthmus.yaml').replace('entities:', 'entitys:'), secrets)).toThrow(
      /entitys/,
    );
    expect(() => configurationOf(read('compose/isthmus.yaml'), {})).toThrow(/cannot be read/);
  });
});

describe('Prometheus', () => {
  interface Scrape {
    readonly scrape_configs: readonly { readonly job_name: string; readonly authorization: object }[];
  }
  interface Rules {
    readonly groups: readonly { readonly rules: readonly { readonly alert: string; readonly expr: string }[] }[];
  }
  interface Dashboard {
    readonly panels: readonly { readonly targets: readonly { readonly expr: string }[] }[];
  }

  test('its jobs are called so that the rule about silence sees them, and they have the token', () => {
    const { scrape_configs: jobs } = parse(read('compose/prometheus.yaml')) as Scrape;
    for (const job of jobs) {
      expect(job.job_name).toContain('isthmus');
      expect(job.authorization).toEqual({ credentials_file: '/run/secrets/isthmus_token' });
    }
  });

  test('every expression of the rules and of the dashboard is PromQL', () => {
    const rules = (parse(read('prometheus-rules.yaml')) as Rules).groups.flatMap((group) => group.rules);
    const { panels } = JSON.parse(read('grafana-dashboard.json')) as Dashboard;
    // Grafana puts a duration and regular expressions into these places.
    const shown = panels.flatMap(({ targets }) => targets.map(({ expr }) => expr.replaceAll('$__rate_interval', '1m')));
    expect(mistakes('sum by (job (rate(x[1h]))')).not.toEqual([]);
    expect([...rules.map(({ expr }) => expr), ...shown].filter((expr) => mistakes(expr).length > 0)).toEqual([]);
  });

  function mistakes(expression: string): number[] {
    const found: number[] = [];
    parser.parse(expression).iterate({
      enter: ({ type, from }) => {
        if (type.isError) found.push(from);
      },
    });
    return found;
  }
});

describe('the chart', () => {
  test('has the version of the package, and the schema of its configuration', () => {
    expect(parse(read('helm/isthmus/Chart.yaml'))).toMatchObject({ version, appVersion: version });
    expect(read('helm/isthmus/values.schema.json')).toBe(helmValuesSchema());
  });
});

test('what a person runs may be run', () => {
  for (const script of ['setup.sh', 'compose/postgres-roles.sh'])
    expect(statSync(join('deploy', script)).mode & 0o111, script).not.toBe(0);
});
