/** What differs between two debuggers without either being wrong: paths, the engine's own chatter, ends of lines. */
const DROPPED: readonly RegExp[] = [
  // The engine looks at its own symbol path; this debugger has no time of day to tell.
  /\*+ Path validation summary \*+\n.*\n.*\n/g,
  /\n*\*+ Symbol Loading Error Summary \*+\n[^]*$/g,
  / *Mapped memory image file:.*\n/g,
  /\n +debugger time:.*/g,
  /^ +debugger time:.*\n/gm,
  // Wine refuses what the engine asks of a mapped image that has relocations; Windows does not.
  /Unable to change protection for image\n?/g,
  // Each debugger reads on its own account: which pages it misses on the way to the same answer is its own.
  /Page [0-9a-f]+ not present in the dump file\. Type "\.hh dbgerr004" for details\n?/g,
  /\*\*\* WARNING: Unable to verify (?:timestamp|checksum) for .*\n?/g,
  /\[HRESULT [0-9a-f]+\]\n?/g,
  // DbgHelp keeps the entries it read in memory of its own.
  /Debugger function entry .* for:\n/g,
];

/** The text that counts of an answer. @param folder where the dump and its symbols are */
export function normalised(text: string, folder: string): string {
  const paths = new RegExp(`(?:z:)?${folder.replaceAll(/[\\/]/g, '[\\\\/]')}\\S*`, 'gi');
  const pathless = text.replace(paths, (path) =>
    path.replace(/^z:/i, '').replaceAll('\\', '/').toLowerCase(),
  );
  const kept = DROPPED.reduce((rest, pattern) => rest.replace(pattern, ''), pathless);
  return kept
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
    .replace(/^\n+|\n+$/g, '');
}
