/**
 * JSON as Debezium's converter writes it, without a loss: a number of more digits than a double holds for certain comes as its text.
 * Must not know what a message means.
 */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export type JsonObject = { readonly [name: string]: Json };

/** A double holds every number of up to 15 digits; a sign and a point more do no harm. */
const longNumbers = /-?\d[\d.eE+-]{15,}/g;
const longNumber = /\d[\d.eE+-]{15}/;

/** Throws SyntaxError. */
export function readJson(text: string): Json {
  return JSON.parse(longNumber.test(text) ? withTexts(text) : text) as Json;
}

/** Outside of strings, which are passed over without looking at their letters. */
function withTexts(text: string): string {
  let out = '';
  let at = 0;
  for (;;) {
    const quote = text.indexOf('"', at);
    const plain = quote < 0 ? text.slice(at) : text.slice(at, quote);
    out += plain.length < 16 ? plain : plain.replace(longNumbers, '"$&"');
    if (quote < 0) return out;
    at = endOfString(text, quote + 1);
    out += text.slice(quote, at);
  }
}

/** Behind the closing quote. */
function endOfString(text: string, from: number): number {
  for (let at = from; ; at++) {
    at = text.indexOf('"', at);
    if (at < 0) return text.length;
    let slashes = 0;
    while (text[at - 1 - slashes] === '\\') slashes++;
    if (slashes % 2 === 0) return at + 1;
  }
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
