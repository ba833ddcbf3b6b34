import { parse } from 'yaml'
import { ROLE_ARN } from '../fakes/aws-account.ts'
import type { AppServerSetup } from '../systems/app-server.ts'
import { EMAIL, type BytebaseSetup } from '../systems/bytebase.ts'
import type { AwsRdsSetup } from '../systems/database/aws-rds.ts'
import { principalSet, PROVIDER, type GoogleCloudSqlSetup } from '../systems/database/google-cloud-sql.ts'
import { IDENTITY, type OctoStsSetup } from '../systems/octo-sts.ts'
import { SECRET_ARN, type AwsSecretsManagerSetup } from '../systems/secret/aws-secrets-manager.ts'
import { SECRET, type GoogleSecretManagerSetup } from '../systems/secret/google-secret-manager.ts'
import type { HttpSecretSetup } from '../systems/secret/http.ts'
import { ROLE, type VaultSetup } from '../systems/secret/vault.ts'
import type { World } from '../world.ts'

/** A piece of a job summary that a person is asked to paste. */
export interface Pasted {
  /** The line before it, which says where it belongs. */
  readonly place: string
  readonly text: string
}

/** What a job summary shows, without the entities that keep its text from being Markdown. */
export function plainSummary(summary: string): string {
  return summary.replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)))
}

/** What a job summary suggests to paste. */
export function suggestionsOf(summary: string): Pasted[] {
  return [...plainSummary(summary).matchAll(/^(.+)\n\n```\w+\n([\s\S]*?)\n```$/gm)].map(
    ([, place, text]) => ({
      place: place!,
      text: text!,
    }),
  )
}

/** The conditions of a suggestion for Google: claims and their values. */
function conditionOf(text: string): [claim: string, value: string][] {
  const { attributeCondition } = parse(text) as { attributeCondition: string }
  return attributeCondition.split(' && ').map((part) => {
    const [, claim, value] = /^assertion\.(\w+) == "([^"]+)"$/.exec(part) ?? []
    if (claim === undefined || value === undefined) throw new Error(`not understood: ${part}`)
    return [claim, value]
  })
}

interface TrustPolicy {
  readonly Statement: readonly { readonly Condition: { readonly StringEquals: Record<string, string> } }[]
}

interface VaultRoleFile {
  readonly bound_audiences: string[]
  readonly bound_subject: string
  readonly bound_claims: Record<string, string>
}

type Administrator<S> = (setup: S, pasted: readonly Pasted[], world: World) => void

/** How long it takes until a system reads what was pasted, in ms, by its name: Octo STS keeps the policies that it read. */
export const delays: Readonly<Record<string, number>> = { 'octo-sts': 5 * 60_000 + 1 }

const appServer: Administrator<AppServerSetup> = ({ repositories }, pasted) => {
  for (const { place, text } of pasted) {
    const [, path, repository] = /^(\S+) in (\S+), on its default branch/.exec(place)!
    repositories[repository!] = { ...repositories[repository!], [path!]: text }
  }
}

const octoSts: Administrator<OctoStsSetup> = ({ policies, scope }, [pasted]) => {
  // The suggestion says who; what the token may do is in the file already.
  policies[scope] = { [IDENTITY]: `${pasted!.text}\npermissions:\n  contents: read\n` }
}

const bytebase: Administrator<BytebaseSetup> = ({ identities }, [pasted]) => {
  identities[EMAIL] = { config: parse(pasted!.text) as NonNullable<(typeof identities)[string]['config']> }
}

const awsRds: Administrator<AwsRdsSetup> = ({ account }, [pasted]) => {
  const { StringEquals } = (JSON.parse(pasted!.text) as TrustPolicy).Statement[0]!.Condition
  const value = (claim: string): string => StringEquals[`token.actions.githubusercontent.com:${claim}`]!
  account.roles[ROLE_ARN] = { subjects: [value('sub')], audience: value('aud') }
}

const cloudSql: Administrator<GoogleCloudSqlSetup> = ({ providers }, [pasted]) => {
  const conditions = conditionOf(pasted!.text)
  providers[PROVIDER] = {
    condition: (claims) => conditions.every(([claim, value]) => claims[claim] === value),
  }
}

const awsSecretsManager: Administrator<AwsSecretsManagerSetup> = ({ secrets }, [pasted]) => {
  const [{ Action, Resource } = {}] = (
    JSON.parse(pasted!.text) as { Statement: { Action?: string; Resource?: string }[] }
  ).Statement
  const matches = new RegExp(`^${Resource!.replaceAll('?', '.')}$`).test(SECRET_ARN)
  if (Action === 'secretsmanager:GetSecretValue' && matches) {
    secrets[SECRET_ARN] = { ...secrets[SECRET_ARN], readers: [ROLE_ARN] }
  }
}

const vault: Administrator<Pick<VaultSetup, 'roles'>> = ({ roles }, [pasted]) => {
  const file = JSON.parse(pasted!.text) as VaultRoleFile
  roles[ROLE] = {
    ...roles[ROLE]!,
    boundAudiences: file.bound_audiences,
    boundSubject: file.bound_subject,
    boundClaims: file.bound_claims,
  }
}

const googleSecretManager: Administrator<GoogleSecretManagerSetup> = ({ secrets }, _pasted, world) => {
  secrets[SECRET] = { ...secrets[SECRET]!, accessors: [principalSet(world.identity.repositoryId)] }
}

const http: Administrator<HttpSecretSetup> = ({ repositoryIds }, _pasted, world) => {
  repositoryIds.push(world.identity.repositoryId)
}

/**
 * What an administrator does about a refusal, by the name of the system: pastes what the summary suggests, or, where a
 * system has nothing to paste into, does what the annotation says.
 */
export const administrators: Readonly<Record<string, Administrator<never>>> = {
  'app-server': appServer,
  bytebase,
  'octo-sts': octoSts,
  'database/aws-rds': awsRds,
  'database/google-cloud-sql': cloudSql,
  'secret/aws-secrets-manager': awsSecretsManager,
  'secret/google-secret-manager': googleSecretManager,
  'secret/http': http,
  'secret/vault': vault,
  vault,
}
