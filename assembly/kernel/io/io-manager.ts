// The I/O manager's own variables.
import { NT } from '../../generated/symbols';
import { initialiseList } from '../../memory/virtual';
import { newUnicodeString } from '../strings';
import { addressOf } from '../symbols';

const CONFIGURATION_TAG: u32 = 0x20204d43; // 'CM  '

/** Makes the lists of timers and of file systems empty. `text` is the registry's key of the machine's description, in UTF-16. */
export function initialiseIo(text: usize, bytes: u32): void {
  initialiseList(addressOf(NT.IopTimerQueueHead));
  initialiseList(addressOf(NT.IopDiskFileSystemQueueHead));
  initialiseList(addressOf(NT.IopCdRomFileSystemQueueHead));
  initialiseList(addressOf(NT.IopNetworkFileSystemQueueHead));
  initialiseList(addressOf(NT.IopTapeFileSystemQueueHead));
  newUnicodeString(
    addressOf(NT.CmRegistryMachineHardwareDescriptionSystemName),
    text,
    bytes,
    CONFIGURATION_TAG,
  );
}
