/** What passes between the main thread and the thread of a custom module. Types only: the thread is plain JavaScript. */
import type { CustomInput } from '../../conflict/custom.js';

/** What the thread is given at its start. */
export interface ThreadData {
  /** The module's address, `file:///…`. */
  readonly url: string;
}

export interface ThreadQuestion {
  readonly input: CustomInput;
}

/** The end of a sentence that begins with the module's name; never a row's value. */
type Words = string;

export type ThreadMessage =
  /** Once, when the module is loaded. */
  | { readonly type: 'loaded' }
  /** Once, instead: the module can never answer. */
  | { readonly type: 'unusable'; readonly reason: Words }
  /** One for each question. */
  | { readonly type: 'answer'; readonly value: unknown }
  /** `threw`: it gave up on purpose, or by a mistake that depends on the values. */
  | { readonly type: 'failed'; readonly reason: Words; readonly threw: boolean };
