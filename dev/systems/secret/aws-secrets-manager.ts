import { trustAsIn } from '../../documents/trust.ts'
import { createAwsAccount, ROLE_ARN, USER_ARN, type AwsAccount } from '../../fakes/aws-account.ts'
import { createAwsSecretsManager, type AwsSecretsManagerOptions } from '../../fakes/aws-secrets-manager.ts'
import { storedSecrets } from '../../fakes/secrets.ts'
import type { Setup, System } from '../system.ts'

const REGION = 'eu-central-1'
export const NAME = 'app/database'
export const SECRET_ARN = `arn:aws:secretsmanager:${REGION}:123456789012:secret:${NAME}-AbC123`
const LICENSE_ARN = `arn:aws:secretsmanager:${REGION}:123456789012:secret:app/license-DeF456`

export interface AwsSecretsManagerSetup extends Setup, Pick<AwsSecretsManagerOptions, 'secrets'> {
  readonly account: AwsAccount
  /** What the job is to get. */
  readonly secret: string
}

interface Policy {
  readonly Statement: readonly [{ readonly Action: string; readonly Resource: string }]
}

/** A secret in AWS Secrets Manager that the role of the job may read: one line, or one `key` of JSON. */
export const system: System<AwsSecretsManagerSetup> = {
  action: 'secret/aws-secrets-manager',
  variants: ['text', 'key', 'several'],
  hosts: { sts: `sts.${REGION}.amazonaws.com`, secretsmanager: `secretsmanager.${REGION}.amazonaws.com` },
  example: ({ key, secrets }, identity) => ({
    variant: secrets !== undefined ? 'several' : key === undefined ? 'text' : 'key',
    prepare({ account }) {
      trustAsIn('secret/aws-secrets-manager/README.md', account, identity)
    },
  }),
  setUp(foundations, variant) {
    const { issue, url } = foundations
    const account = createAwsAccount(foundations)
    const { several, secret, database, license, mapping, outputs } = storedSecrets(variant, issue)
    const hasKeys = variant === 'key'
    const readers = [ROLE_ARN, USER_ARN]
    const secrets: AwsSecretsManagerOptions['secrets'] = {
      [SECRET_ARN]: { value: hasKeys || several ? database : secret, readers },
      ...(several && { [LICENSE_ARN]: { value: license, readers } }),
    }
    const handler = createAwsSecretsManager({ ...foundations, region: REGION, account, secrets })
    return {
      handlers: { sts: account.sts.handler, secretsmanager: handler },
      exchangeRole: 'secretsmanager',
      inputs: () => ({
        ...(several ? { secrets: mapping(NAME, 'app/license') } : { secret: NAME }),
        region: REGION,
        'role-arn': ROLE_ARN,
        ...(hasKeys && { key: 'password' }),
      }),
      environment: () => ({
        AWS_ENDPOINT_URL_STS: url('sts'),
        AWS_ENDPOINT_URL_SECRETS_MANAGER: url('secretsmanager'),
      }),
      deny() {
        secrets[SECRET_ARN] = { ...secrets[SECRET_ARN]!, readers: [] }
      },
      mend([pasted]) {
        const [{ Action, Resource }] = (JSON.parse(pasted!.text) as Policy).Statement
        const covers = new RegExp(`^${Resource.replaceAll('?', '.')}$`).test(SECRET_ARN)
        if (Action === 'secretsmanager:GetSecretValue' && covers) {
          secrets[SECRET_ARN] = { ...secrets[SECRET_ARN]!, readers }
        }
      },
      store(name, fields) {
        const arn = SECRET_ARN.replace(NAME, name)
        secrets[arn] = { value: JSON.stringify(fields), readers }
        return name
      },
      ...outputs,
      account,
      secrets,
    }
  },
}
