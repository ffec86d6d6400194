import { type ErrorName, type ErrorNumber, errorNumber } from './error-number.ts';

/** Longest failure text that is kept for the guest, characters. */
const MAX_TEXT_LENGTH = 1000;

/** The text of the app's last failed call, for `kanchi_log.last_error` and for the person who reads the log. */
export class LastError {
  #text = '';

  get text(): string {
    return this.#text;
  }

  /** Keeps the text and returns the number that the guest gets. */
  set(name: ErrorName, text: string): ErrorNumber {
    this.#text = text.slice(0, MAX_TEXT_LENGTH);
    return errorNumber[name];
  }
}
