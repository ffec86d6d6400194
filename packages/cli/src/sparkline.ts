const blocks = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const;

/** Values as blocks between the lowest and the highest of them; no value is a dot. One character for each. */
export function sparkline(values: readonly (number | undefined)[]): string {
  const known = values.filter((value) => value !== undefined);
  const lowest = Math.min(...known);
  const span = Math.max(...known) - lowest;
  return values
    .map((value) => {
      if (value === undefined) return '·';
      const step = span > 0 ? Math.round(((value - lowest) / span) * (blocks.length - 1)) : 3;
      return blocks[step] ?? '·';
    })
    .join('');
}
