import type { Judge } from './judge.ts'
import { act } from './judges/act.ts'
import { appServer } from './judges/app-server.ts'
import { bytebase } from './judges/bytebase.ts'
import { botocore } from './judges/botocore.ts'
import { curl } from './judges/curl.ts'
import { moto } from './judges/moto.ts'
import { octoSts } from './judges/octo-sts.ts'
import { openbao, vault } from './judges/vault.ts'
import { vaultPlugins } from './judges/vault-plugins.ts'

/** Every judge, in the order of the table. */
export const judges: readonly Judge[] = [
  appServer,
  octoSts,
  vault,
  openbao,
  vaultPlugins,
  bytebase,
  moto,
  botocore,
  curl,
  act,
]
