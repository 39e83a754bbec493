// The frames that a debugger needs before all others.
import { frameCount } from '../memory/frames';
import { FrameSet } from './frame-set';

/** What a dump is not valid without. */
export const requiredFrames: FrameSet = new FrameSet();
/** What tells processes, threads and their stacks. */
export const importantFrames: FrameSet = new FrameSet();

/** Marks anew. */
export function markFrames(): void {
  const frames = (frameCount() + 63) & ~u32(63);
  requiredFrames.reset(frames);
  importantFrames.reset(frames);
}
