/** What one test came to. */
export interface CaseRecord {
  /** Names of its suites and its own, joined by ` > `. */
  readonly name: string;
  /** `passed`, `failed`, `skipped` or `pending`. */
  readonly state: string;
  /** Why it was skipped. */
  readonly note: string;
}

/** Finds the records in what CaseReporter wrote. */
export function readCaseRecords(text: string): CaseRecord[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as CaseRecord);
}
