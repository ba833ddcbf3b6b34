import type { Judge } from './judge.ts'
import { botocore } from './judges/botocore.ts'
import { curl } from './judges/curl.ts'
import { moto } from './judges/moto.ts'

/** Every judge, in the order of the table. */
export const judges: readonly Judge[] = [moto, botocore, curl]
