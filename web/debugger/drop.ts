/** What was dropped, taken while its event lasts: the browser's own list is empty afterwards. */
export interface Drop {
  entries: readonly FileSystemEntry[];
  files: readonly File[];
}

/** Takes files and folders out of a drop. */
export function takeDrop({ items, files }: DataTransfer): Drop {
  const entries = [...items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  return { entries, files: [...files] };
}
