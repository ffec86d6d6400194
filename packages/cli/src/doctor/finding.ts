/** What was found about one thing that apps need. */
export interface Finding {
  readonly what: string;
  /** `missing`: apps that need it cannot run; `note`: nothing to do, or only for some. */
  readonly state: 'ok' | 'note' | 'missing';
  readonly text: string;
  /** The command to run or the line to write, for what is missing. */
  readonly fix?: string;
}
