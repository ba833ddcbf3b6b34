import { strict as assert } from 'node:assert'
import type { RecordedRequest } from '../fakes/serve.ts'
import type { SigningKeys } from '../fakes/sigv4.ts'
import { randomText } from '../fakes/secrets.ts'
import type { Stand } from './stand.ts'

const REGION = 'eu-central-1'
const OF_APP_SERVER = {
  lambda: `abc123.lambda-url.${REGION}.on.aws`,
  'execute-api': `abc123.execute-api.${REGION}.amazonaws.com`,
  'vpc-lattice-svcs': `app-0123456789abcdef0.7d67968.vpc-lattice-svcs.${REGION}.on.aws`,
} as const
const OF_SECRETS_MANAGER = `secretsmanager.${REGION}.amazonaws.com`

/** Every host that {@link signedRequests} needs. */
export const SIGNED_HOSTS = [...Object.values(OF_APP_SERVER), OF_SECRETS_MANAGER]

/** Paths of an app server, as a URL has them: plain ones, and such as signers have stumbled over. */
const PLAIN = ['', '/stage']
const ODD = ['/a%20b/c+d', '/%C3%BC/~x/(y)', "/it's!/*:@&=$,;", '/x%2Fy', '/a//b']

/** A request as the action sent it, and what it was signed with. */
export interface SignedRequest {
  readonly name: string
  readonly isOdd: boolean
  readonly service: string
  readonly region: string
  readonly keys: SigningKeys
  /** As sent. */
  readonly url: string
  readonly sent: RecordedRequest
  /** The headers that are signed, without `host`. */
  readonly headers: Readonly<Record<string, string>>
}

/** Temporary keys. */
export function signingKeys(): Required<
  Pick<SigningKeys, 'accessKeyId' | 'secretAccessKey' | 'sessionToken'>
> {
  return {
    accessKeyId: `ASIA${randomText(16, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567')}`,
    secretAccessKey: randomText(40),
    sessionToken: `${randomText(200)}/+==`,
  }
}

/** The variables by which a step finds keys. */
export function keysInEnvironment(keys: ReturnType<typeof signingKeys>): Record<string, string> {
  return {
    AWS_ACCESS_KEY_ID: keys.accessKeyId,
    AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
    AWS_SESSION_TOKEN: keys.sessionToken,
  }
}

/** Has the actions sign a request of every service, with plain and odd paths. Nobody grants anything. */
export async function signedRequests(stand: Stand): Promise<SignedRequest[]> {
  const found: SignedRequest[] = []
  const keys = signingKeys()
  const env = keysInEnvironment(keys)
  const refuse = (): { status: number } => ({ status: 400 })
  for (const [service, host] of Object.entries(OF_APP_SERVER)) {
    const server = await stand.fake(host, refuse)
    for (const path of [...PLAIN, ...ODD]) {
      const inputs = {
        'app-server': `url: ${JSON.stringify(`https://${host}${path}`)}\nauth: { type: aws }`,
        permissions: 'contents: read',
      }
      const seen = server.requests.length
      const { told } = await stand.run({ action: '.', inputs, env })
      const sent = server.requests[seen]
      assert(sent !== undefined, `nothing was sent to ${service}:\n${told}`)
      const isOdd = ODD.includes(path)
      found.push(describe(`${service}, path ${path || '/'}`, isOdd, service, host, keys, sent))
    }
  }
  const server = await stand.fake(OF_SECRETS_MANAGER, refuse)
  const inputs = { region: REGION, secret: 'app/database' }
  await stand.run({ action: 'secret/aws-secrets-manager', inputs, env })
  found.push(
    describe('secretsmanager', false, 'secretsmanager', OF_SECRETS_MANAGER, keys, server.requests[0]!),
  )
  return found
}

function describe(
  name: string,
  isOdd: boolean,
  service: string,
  host: string,
  keys: SigningKeys,
  sent: RecordedRequest,
): SignedRequest {
  const { authorization = '' } = sent.headers
  const names = /SignedHeaders=([^,]+)/.exec(authorization)?.[1]?.split(';') ?? []
  assert(names.includes('host'), `${name}: the host is not signed: ${authorization}`)
  const headers = Object.fromEntries(
    names.filter((header) => header !== 'host').map((header) => [header, sent.headers[header] ?? '']),
  )
  return { name, isOdd, service, region: REGION, keys, url: `https://${host}${sent.path}`, sent, headers }
}

/** The signature in an `Authorization` header or a presigned query. */
export function signatureIn(text: string): string {
  return /Signature=([0-9a-f]{64})/.exec(text)?.[1] ?? `none in ${text}`
}
