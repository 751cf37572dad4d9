/** What a demonstration says while it runs, and the table at its end. */
export interface Table {
  /** A section begins. */
  title(text: string): void;
  say(text: string): void;
  /** One row of the table; `output` is printed when it is not good. */
  note(shown: string, good: boolean, output?: string): void;
  /** Prints all rows and answers whether every one is good. */
  print(): boolean;
}

export function createTable(width = 78): Table {
  const rows: { readonly shown: string; readonly good: boolean }[] = [];
  return {
    title: (text) => console.log(`\n── ${text}`),
    say: (text) => console.log(text),
    note(shown, good, output = '') {
      rows.push({ shown, good });
      console.log(`${good ? '✓' : '✗'} ${shown}`);
      if (!good && output !== '') console.error(output.split('\n').slice(-25).join('\n'));
    },
    print() {
      console.log(`\n${'shown'.padEnd(width)} result`);
      for (const { shown, good } of rows) console.log(`${shown.padEnd(width)} ${good ? 'yes' : 'NO'}`);
      const good = rows.filter((row) => row.good).length;
      console.log(`\n${good} of ${rows.length} shown`);
      return rows.length > 0 && good === rows.length;
    },
  };
}
