import type { Judge } from './judge.ts'
import { moto } from './judges/moto.ts'

/** Every judge, in the order of the table. */
export const judges: readonly Judge[] = [moto]
