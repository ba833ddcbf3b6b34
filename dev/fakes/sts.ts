import { randomUUID } from 'node:crypto'
import { decodeJwt, errors, type JWTPayload } from 'jose'
import { formOf, Refusal, refusing, type FakeReply, type FakeRequest, type Handler, type Now } from './handler.ts'
import type { Issuer } from './issuer.ts'
import { patternOf } from './patterns.ts'
import { randomText, type Issue } from './secrets.ts'
import type { SigningKeys } from './sigv4.ts'

/** The trust policy of a role. */
export interface Role {
  /** Values for `StringLike` on `…:sub`, with `*` and `?`. */
  readonly subjects: readonly string[]
  /** Value for `StringEquals` on `…:aud`. */
  readonly audience?: string
}

interface StsOptions {
  readonly verify: Issuer['verify']
  readonly now: Now
  readonly issue: Issue
  /** By ARN. May be changed while the fake runs. */
  readonly roles: Readonly<Record<string, Role>>
  /** Audiences of the IAM OIDC provider. */
  readonly audiences?: readonly string[]
}

/** AWS STS, as far as a web identity goes. */
export interface Sts {
  /** `POST /` with `Action=AssumeRoleWithWebIdentity`. */
  readonly handler: Handler
  /** The session credentials issued under this access key id. */
  readonly credentials: (accessKeyId: string) => SigningKeys | undefined
  /** Every session issued, oldest first. */
  readonly sessions: readonly Session[]
}

interface Session {
  readonly keys: SigningKeys
  readonly role: string
  readonly name: string
  /** In s. */
  readonly duration: number
}

const KNOWN_FIELDS =
  /^(Action|Version|RoleArn|RoleSessionName|WebIdentityToken|DurationSeconds|Policy|ProviderId|PolicyArns\.member\.\d+\.arn)$/
const ROLE_ARN = /^arn:aws[a-z-]*:iam::(\d{12}):role\/([\w+=,.@/-]+)$/

export function createSts(options: StsOptions): Sts {
  const { now, issue, audiences = ['sts.amazonaws.com'] } = options
  const known = new Map<string, SigningKeys>()
  const sessions: Session[] = []

  const wantsJson = ({ headers }: FakeRequest): boolean => /\bapplication\/json\b/.test(headers['accept'] ?? '')
  const handler = refusing<string, number>(
    async (request) => {
      const requestId = randomUUID()
      const json = wantsJson(request)
      const answer = await assume(request)
      return {
        status: 200,
        headers: { 'x-amzn-requestid': requestId, 'content-type': json ? 'application/json' : 'text/xml' },
        body: json ? JSON.stringify(inJson(answer, requestId)) : inXml(answer, requestId),
      }
    },
    ({ code, message, more: status = 400 }, request) => stsError(status, code, message, { json: wantsJson(request) }),
  )

  async function assume(request: FakeRequest): Promise<Assumed> {
    if (request.method !== 'POST' || request.url.pathname !== '/') {
      throw new Refusal('InvalidAction', 'Could not find operation for this request')
    }
    const form = formOf(request)
    if (form === undefined) throw new Refusal('MissingAction', 'Missing Action')
    if (request.headers['authorization'] !== undefined) {
      // The call is unsigned; a client that sends a credential along sends it where it does not belong.
      throw new Refusal('IncompleteSignature', 'Authorization header requires a signature', 403)
    }
    if (form.get('Action') !== 'AssumeRoleWithWebIdentity' || form.get('Version') !== '2011-06-15') {
      throw new Refusal('InvalidAction', `Could not find operation ${form.get('Action') ?? ''}`)
    }
    for (const name of form.keys()) {
      if (!KNOWN_FIELDS.test(name) || form.getAll(name).length > 1) {
        throw new Refusal('MalformedInput', `Unexpected parameter ${name}`)
      }
    }
    const arn = field(form, 'RoleArn', /^[\s\S]{20,2048}$/)
    const name = field(form, 'RoleSessionName', /^[\w+=,.@-]{2,64}$/)
    const token = field(form, 'WebIdentityToken', /^[\s\S]{4,20000}$/)
    const duration = Number(form.get('DurationSeconds') ?? 3_600)
    if (!Number.isInteger(duration) || duration < 900 || duration > 43_200) {
      throw new Refusal(
        'ValidationError',
        `1 validation error detected: Value '${form.get('DurationSeconds') ?? ''}' at 'durationSeconds' failed to satisfy constraint: Member must have value greater than or equal to 900`,
      )
    }
    if (form.has('ProviderId')) throw new Refusal('ValidationError', 'ProviderId must not be given for OIDC tokens')
    if (!ROLE_ARN.test(arn)) throw new Refusal('ValidationError', `${arn} is invalid`)

    const claims = await verified(token)
    const role = options.roles[arn]
    const trusted =
      role !== undefined &&
      [claims.aud].flat().includes(role.audience ?? 'sts.amazonaws.com') &&
      role.subjects.some((text) => patternOf(text, { '*': '.*', '?': '.' }, 's').test(claims.sub ?? ''))
    if (!trusted) throw new Refusal('AccessDenied', 'Not authorized to perform sts:AssumeRoleWithWebIdentity', 403)
    if (duration > 3_600) {
      throw new Refusal(
        'ValidationError',
        'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
      )
    }

    const expiration = Math.floor(now() / 1_000) + duration
    const keys: SigningKeys = {
      accessKeyId: `ASIA${randomText(16, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567')}`,
      secretAccessKey: randomText(40),
      sessionToken: randomText(700),
      expiresAt: expiration * 1_000,
    }
    const session = { keys, role: arn, name, duration }
    known.set(keys.accessKeyId, keys)
    sessions.push(session)
    issue(`AWS secret access key ${sessions.length}`, keys.secretAccessKey)
    issue(`AWS session token ${sessions.length}`, keys.sessionToken!)
    return { ...session, claims, expiration }
  }

  async function verified(token: string): Promise<JWTPayload> {
    try {
      return await options.verify(token, { audience: [...audiences] })
    } catch (error) {
      if (error instanceof errors.JWTExpired) {
        const { exp = 0 } = decodeJwt(token)
        throw new Refusal(
          'ExpiredTokenException',
          `Token expired: current date/time ${Math.floor(now() / 1_000)} must be before the expiration date/time ${exp}`,
        )
      }
      if (error instanceof errors.JWTClaimValidationFailed && error.claim === 'aud') {
        throw new Refusal('InvalidIdentityToken', 'Incorrect token audience')
      }
      if (error instanceof errors.JOSEError) {
        throw new Refusal('InvalidIdentityToken', 'The ID Token provided is not a valid JWT')
      }
      throw error
    }
  }

  return { handler, credentials: (id) => known.get(id), sessions }
}

function field(form: URLSearchParams, name: string, rule: RegExp): string {
  const value = form.get(name)
  const lower = `${name.slice(0, 1).toLowerCase()}${name.slice(1)}`
  if (value === null) {
    throw new Refusal(
      'ValidationError',
      `1 validation error detected: Value null at '${lower}' failed to satisfy constraint: Member must not be null`,
    )
  }
  if (!rule.test(value)) {
    throw new Refusal(
      'ValidationError',
      `1 validation error detected: Value at '${lower}' failed to satisfy constraint: Member must satisfy regular expression pattern: ${rule.source}`,
    )
  }
  return value
}

type Assumed = Session & { claims: JWTPayload; expiration: number }

function inJson({ keys, role, name, claims, expiration }: Assumed, requestId: string): object {
  return {
    AssumeRoleWithWebIdentityResponse: {
      AssumeRoleWithWebIdentityResult: {
        Credentials: {
          AccessKeyId: keys.accessKeyId,
          SecretAccessKey: keys.secretAccessKey,
          SessionToken: keys.sessionToken,
          Expiration: expiration,
        },
        AssumedRoleUser: { Arn: assumedArn(role, name), AssumedRoleId: `AROAEXAMPLE:${name}` },
        SubjectFromWebIdentityToken: claims.sub,
        Provider: providerArn(role),
        Audience: [claims.aud].flat()[0],
        PackedPolicySize: null,
        SourceIdentity: null,
      },
      ResponseMetadata: { RequestId: requestId },
    },
  }
}

function inXml({ keys, role, name, claims, expiration }: Assumed, requestId: string): string {
  return `<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <AssumeRoleWithWebIdentityResult>
    <Credentials>
      <AccessKeyId>${keys.accessKeyId}</AccessKeyId>
      <SecretAccessKey>${keys.secretAccessKey}</SecretAccessKey>
      <SessionToken>${keys.sessionToken!}</SessionToken>
      <Expiration>${new Date(expiration * 1_000).toISOString()}</Expiration>
    </Credentials>
    <AssumedRoleUser><Arn>${assumedArn(role, name)}</Arn><AssumedRoleId>AROAEXAMPLE:${name}</AssumedRoleId></AssumedRoleUser>
    <SubjectFromWebIdentityToken>${xml(claims.sub ?? '')}</SubjectFromWebIdentityToken>
    <Provider>${providerArn(role)}</Provider>
    <Audience>${xml([claims.aud].flat()[0] ?? '')}</Audience>
  </AssumeRoleWithWebIdentityResult>
  <ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata>
</AssumeRoleWithWebIdentityResponse>
`
}

function assumedArn(role: string, session: string): string {
  const [, account = '', path = ''] = ROLE_ARN.exec(role) ?? []
  return `${role.split(':iam:')[0]!}:sts::${account}:assumed-role/${path.split('/').at(-1)!}/${session}`
}

function providerArn(role: string): string {
  return `${role.split(':role/')[0]!}:oidc-provider/token.actions.githubusercontent.com`
}

/** An error answer of STS, in JSON or XML. */
export function stsError(
  status: number,
  code: string,
  message: string,
  { json = true, requestId = randomUUID() }: { json?: boolean; requestId?: string } = {},
): FakeReply {
  const type = status < 500 ? 'Sender' : 'Receiver'
  return {
    status,
    headers: { 'x-amzn-requestid': requestId, 'content-type': json ? 'application/json' : 'text/xml' },
    body: json
      ? JSON.stringify({ Error: { Code: code, Message: message, Type: type }, RequestId: requestId })
      : `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>${type}</Type><Code>${code}</Code><Message>${xml(message)}</Message></Error><RequestId>${requestId}</RequestId></ErrorResponse>\n`,
  }
}

function xml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
