import type { Judge } from './judge.ts'
import { act } from './judges/act.ts'
import { azure } from './judges/azure.ts'
import { appServer } from './judges/app-server.ts'
import { bytebase } from './judges/bytebase.ts'
import { botocore } from './judges/botocore.ts'
import { dex } from './judges/dex.ts'
import { keycloak } from './judges/keycloak.ts'
import { octoSts } from './judges/octo-sts.ts'
import { openbao, vault } from './judges/vault.ts'

/** Every judge, in the order of the table. */
export const judges: readonly Judge[] = [
  appServer,
  octoSts,
  keycloak,
  dex,
  azure,
  vault,
  openbao,
  bytebase,
  botocore,
  act,
]
