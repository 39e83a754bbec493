// Mapping images into processes.
import { attachedRoot } from '../../memory/virtual';
import { copyFrame, writableFrame } from '../../memory/frames';
import { PAGE_SIZE } from '../../memory/arena';
import { FOR_USER, takeFrame } from '../../memory/ranges';
import { mapPage, mapShared } from '../../paging/map';
import { COPY_ON_WRITE, USER_DATA } from '../../paging/pte';
import { chargeWorkingSet } from './charges';
import { PROTECT_EXECUTE_WRITE_COPY } from './protection';
import { fetchPage } from './section-end';
import { sharedImage } from './shared-image';
import { addViewVad, VAD_IMAGE } from './vad';

/**
 * Maps an image into the attached process. `written` says how many of its copy-on-write pages the process has written
 * to: it has copies of those.
 */
export function mapImage(index: i32, written: u32): void {
  const image = sharedImage(index);
  addViewVad(
    image.base,
    image.pages,
    VAD_IMAGE,
    PROTECT_EXECUTE_WRITE_COPY,
    image.area,
    0,
    image.copyOnWritePages,
  );
  let own: u32 = 0;
  let shared: u32 = 0;
  for (let page: u32 = 0; page < image.pages; page++) {
    const frame = image.frame(page);
    if (frame == 0) continue;
    const bits = image.pageBits(page);
    const address = image.base + u64(page) * PAGE_SIZE;
    fetchPage(frame, bits);
    if ((bits & COPY_ON_WRITE) != 0 && own < written) {
      const copy = takeFrame(FOR_USER);
      copyFrame(frame, writableFrame(copy));
      mapPage(attachedRoot(), address, copy, USER_DATA);
      own++;
    } else {
      mapShared(attachedRoot(), address, frame, bits);
      shared++;
    }
  }
  chargeWorkingSet(own, shared);
}
