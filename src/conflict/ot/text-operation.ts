/**
 * An edit of a text as a list of retain, insert and delete over code points, and how it is applied. Must not know how
 * it was derived, nor how edits are transformed.
 */

/**
 * A number retains so many code points, a string is inserted, `d` code points are deleted: the form of
 * `ot-text-unicode`. What is left of the text after the last component is retained.
 */
export type Component = number | string | { readonly d: number };
export type TextOperation = readonly Component[];

/** Where a code point ends that begins at `at`. */
function next(text: string, at: number): number {
  return (text.codePointAt(at) as number) > 0xffff ? at + 2 : at + 1;
}

export function countCodePoints(text: string): number {
  let count = 0;
  for (let at = 0; at < text.length; at = next(text, at)) count++;
  return count;
}

export function applyOperation(text: string, operation: TextOperation): string {
  let result = '';
  let at = 0;
  for (const component of operation) {
    if (typeof component === 'string') {
      result += component;
      continue;
    }
    const from = at;
    const retained = typeof component === 'number';
    const count = retained ? component : component.d;
    for (let i = 0; i < count; i++) {
      if (at >= text.length) throw new RangeError('the operation is longer than its text');
      at = next(text, at);
    }
    if (retained) result += text.slice(from, at);
  }
  return result + text.slice(at);
}

/**
 * Writes an operation in normal form: neighbours of one kind joined, no retain at the end, and between two retained
 * code points one insert at most, before the delete. So equal edits are equal operations.
 */
export class OperationWriter {
  readonly #components: Component[] = [];
  #retained = 0;
  #inserted = '';
  #deleted = 0;

  retain(count: number): void {
    if (count === 0) return;
    this.#flush();
    this.#retained += count;
  }

  insert(text: string): void {
    this.#inserted += text;
  }

  delete(count: number): void {
    this.#deleted += count;
  }

  finish(): TextOperation {
    this.#flush();
    return this.#components;
  }

  #flush(): void {
    if (this.#inserted === '' && this.#deleted === 0) return;
    if (this.#retained > 0) this.#components.push(this.#retained);
    if (this.#inserted !== '') this.#components.push(this.#inserted);
    if (this.#deleted > 0) this.#components.push({ d: this.#deleted });
    this.#retained = 0;
    this.#inserted = '';
    this.#deleted = 0;
  }
}
