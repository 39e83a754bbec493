/** EPROCESS.PriorityClass, and the base priority that each gives a process (SetPriorityClass, "Scheduling Priorities"). */
export const PRIORITY_CLASSES = {
  Unknown: { value: 0, base: 0 },
  Idle: { value: 1, base: 4 },
  Normal: { value: 2, base: 8 },
  High: { value: 3, base: 13 },
  Realtime: { value: 4, base: 24 },
  'Below normal': { value: 5, base: 6 },
  'Above normal': { value: 6, base: 10 },
} as const;

export type PriorityClass = keyof typeof PRIORITY_CLASSES;
