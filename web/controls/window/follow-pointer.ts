/** What a drag tells. */
export interface Drag {
  /** The pointer's way since the drag began, CSS px. */
  move(x: number, y: number, event: PointerEvent): void;
  /** The pointer was let go; `null` when the browser broke the drag off. */
  end(event: PointerEvent | null): void;
}

/** Follows the pointer from `start` on, wherever it goes, until it is let go. */
export function followPointer(start: PointerEvent, { move, end }: Drag): void {
  const element = start.currentTarget as HTMLElement;
  const over = new AbortController();
  const finish = (event: PointerEvent | null) => {
    over.abort();
    end(event);
  };
  element.setPointerCapture(start.pointerId);
  const { signal } = over;
  element.addEventListener(
    'pointermove',
    (event) => move(event.clientX - start.clientX, event.clientY - start.clientY, event),
    { signal },
  );
  element.addEventListener('pointerup', finish, { signal });
  element.addEventListener('pointercancel', () => finish(null), { signal });
}
