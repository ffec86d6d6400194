/** What one test that ran inside came to. */
export interface TestRecord {
  readonly name: string;
  readonly state: string;
  /** Why it was skipped. */
  readonly note: string;
  readonly errors: readonly string[];
  readonly durationMs: number;
}

/** Finds the records in what a boot printed; other lines are the tests' own. */
export function readTestRecords(output: string): TestRecord[] {
  return [...output.matchAll(/^KANCHI-PI-TEST (\{.*\})$/gmu)].map(
    (match) => JSON.parse(match[1] as string) as TestRecord,
  );
}
