import { html } from 'lit';
import type { FrameDetails } from '../../sim/worker/sim-api.js';
import type { Fact } from './frame-pane.js';
import { addressText } from './hex.js';
import { text } from './text.js';

const SYSTEM_PID = 4;
const POOL = new Set(['pagedPool', 'nonPagedPool']);

/** What a frame's owner is told by; `walk` shows how its address is translated. */
export function ownerFacts(
  kind: string,
  owner: NonNullable<FrameDetails['owner']>,
  walk: (address: bigint, pid: number) => void,
): Fact[] {
  const { frame: said } = text;
  const { address, process, threadId, controlArea, isImage, name } = owner;
  const facts: Fact[] = [];
  if (process) facts.push([said.process, `${process.name || said.idle} (${process.pid})`]);
  if (threadId !== undefined) facts.push([said.thread, String(threadId)]);
  if (controlArea !== undefined) {
    if (name) facts.push([isImage ? said.image : said.file, name]);
    facts.push([said.controlArea, html`<span class="code">${addressText(controlArea)}</span>`]);
  } else if (name) facts.push([said.module, name]);
  if (address !== undefined) {
    // Of what all processes share, System's page tables tell as well.
    const pid = address >> 63n === 0n && process ? process.pid : SYSTEM_PID;
    facts.push([
      said.virtualAddress,
      html`<button class="link code" @click=${() => walk(address, pid)}>${addressText(address)}</button>`,
    ]);
    if (POOL.has(kind)) facts.push(['', said.pool(`!pool ${addressText(address)}`)]);
  }
  return facts;
}
