/** Where permission entries stand, for the words and the code of what is wrong with them. */
export interface EntrySource {
  readonly code: 'KANCHI_MANIFEST_INVALID' | 'KANCHI_POLICY_INVALID';
  /** Begins every message, e.g. `app "blink"`. */
  readonly subject: string;
}
