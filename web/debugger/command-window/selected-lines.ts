/** Lines between which something is selected in a shadow root; `undefined` when nothing is. */
export function selectedLines(root: ShadowRoot): { first: number; last: number } | undefined {
  const ends = selectionEnds(root)?.map((node) => lineOf(node, root));
  if (!ends || ends.some((line) => line === undefined)) return undefined;
  const [a, b] = ends as [number, number];
  return { first: Math.min(a, b), last: Math.max(a, b) };
}

/** Whether any text of the page is selected. */
export function isTextSelected(root: ShadowRoot): boolean {
  return selectionEnds(root) !== undefined;
}

type ShadowSelection = ShadowRoot & { getSelection?(): Selection | null };

/** Browsers do not agree on how a selection inside of a shadow root is asked for. */
function selectionEnds(root: ShadowRoot): [Node, Node] | undefined {
  const own = (root as ShadowSelection).getSelection?.();
  const selection = own ?? document.getSelection();
  if (!selection) return undefined;
  if (!own && 'getComposedRanges' in selection) {
    const [range] = selection.getComposedRanges({ shadowRoots: [root] });
    return range && !isEmpty(range) ? [range.startContainer, range.endContainer] : undefined;
  }
  const { anchorNode, focusNode, isCollapsed } = selection;
  return anchorNode && focusNode && !isCollapsed ? [anchorNode, focusNode] : undefined;
}

function isEmpty({ startContainer, startOffset, endContainer, endOffset }: StaticRange): boolean {
  return startContainer === endContainer && startOffset === endOffset;
}

function lineOf(node: Node, root: ShadowRoot): number | undefined {
  const element = node instanceof Element ? node : node.parentElement;
  const line = element?.closest<HTMLElement>('[data-line]');
  return line && root.contains(line) ? Number(line.dataset['line']) : undefined;
}
