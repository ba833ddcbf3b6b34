import { ROLE_ARN, USER_ARN } from '../../../../dev/fakes/aws-account.ts'
import type { StoredSecret } from '../../../../dev/fakes/aws-secrets-manager.ts'
import { SECRET_ARN, system, type AwsSecretsManagerSetup } from '../../../../dev/systems/secret/aws-secrets-manager.ts'
import type { World, WorldOptions } from '../../../../dev/world.ts'
import { awsSecretsManager } from '../../../../src/exchanges/secret/aws-secrets-manager/exchange.ts'
import { opening, stepsOf } from '../../in-process.ts'

export const READERS = [ROLE_ARN, USER_ARN]

export const open = opening(system)

/** A world in which the secret is another one. */
export async function openWith(
  secret: Partial<StoredSecret> | undefined,
  options: WorldOptions = {},
): Promise<World<AwsSecretsManagerSetup>> {
  const world = await open(options)
  if (secret === undefined) Reflect.deleteProperty(world.setup.secrets, SECRET_ARN)
  else world.setup.secrets[SECRET_ARN] = { ...world.setup.secrets[SECRET_ARN], readers: READERS, ...secret }
  return world
}

export const { run, refusal } = stepsOf(awsSecretsManager, 'secret/aws-secrets-manager')
