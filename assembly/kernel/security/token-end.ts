// The end of tokens, and of a process's hold on its own.
import {
  DEVICE_MAP,
  EPROCESS,
  EX_FAST_REF,
  SEP_LOGON_SESSION_REFERENCES,
  TOKEN,
} from '../../generated/types';
import { addToField, at, getField } from '../../memory/virtual';
import { dereferenceObject } from '../objects/object-end';
import { freePool } from '../pool/pool';
import { isTokenCounted } from './token';

const FAST_REFERENCES: u64 = 15; // that EX_FAST_REF keeps in its low bits

/** A process gives up its primary token and its device map, with the references that it kept ready. */
export function leaveToken(process: u64): void {
  const reference = getField(at(process, EPROCESS.Token), EX_FAST_REF.Value);
  const token = reference & ~FAST_REFERENCES;
  if (token != 0 && isTokenCounted(process)) dereferenceObject(token, 1 + (reference & FAST_REFERENCES));
  const map = getField(at(process, EPROCESS.DeviceMap), EX_FAST_REF.Value);
  if (map == 0) return;
  addToField(map & ~FAST_REFERENCES, DEVICE_MAP.ReferenceCount, -1 - (map & FAST_REFERENCES));
}

/** What a token's end leaves to be done. */
export function deleteToken(token: u64): void {
  addToField(getField(token, TOKEN.LogonSession), SEP_LOGON_SESSION_REFERENCES.ReferenceCount, -1);
  freePool(getField(token, TOKEN.DynamicPart));
}
