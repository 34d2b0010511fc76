/** Puts environment variables into a parsed scalar. Must never see YAML text, so that a value cannot add keys. */

export interface Expansion {
  readonly value: string;
  /** Whether anything was put in. */
  readonly expanded: boolean;
  /** A sentence's end, or null. */
  readonly problem: string | null;
}

const expression = /\$\$\{|\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}|\$\{/g;

/** `${NAME}`, `${NAME:-default}` (also where NAME is empty); `$${` is a literal `${`. */
export function expand(text: string, env: Readonly<Record<string, string | undefined>>): Expansion {
  let problem: string | null = null;
  let expanded = false;
  const value = text.replace(expression, (match: string, name: string | undefined, fallback: string | undefined) => {
    if (match === '$${') return '${';
    if (name === undefined) {
      problem ??= 'holds a ${ that is neither ${NAME} nor ${NAME:-default}; write $${ for a literal one';
      return match;
    }
    expanded = true;
    const found = env[name];
    if (fallback !== undefined) return found === undefined || found === '' ? fallback : found;
    if (found === undefined) problem ??= `needs the environment variable ${name}, which is not set`;
    return found ?? '';
  });
  return { value, expanded, problem };
}
