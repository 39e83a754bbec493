// Protections as the memory manager numbers them: index into nt!MmProtectToValue, in VADs, subsections and PTEs.
export const PROTECT_READ_ONLY: u32 = 1;
export const PROTECT_EXECUTE_READ: u32 = 3;
export const PROTECT_READ_WRITE: u32 = 4;
export const PROTECT_WRITE_COPY: u32 = 5;
export const PROTECT_EXECUTE_READ_WRITE: u32 = 6;
export const PROTECT_EXECUTE_WRITE_COPY: u32 = 7;
export const PROTECT_GUARD: u32 = 0x10; // added to one of the above
export const PROTECT_NO_ACCESS: u32 = 0x18;
