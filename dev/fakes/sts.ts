import { randomUUID } from 'node:crypto'
import {
  formOf,
  jsonOf,
  patternOf,
  Refusal,
  refusing,
  type FakeReply,
  type FakeRequest,
  type Handler,
} from './handler.ts'
import { because, type Basis } from './issuer.ts'
import { randomText } from './secrets.ts'
import type { SigningKeys } from './sigv4.ts'

/** The trust policy of a role. */
export interface Role {
  /** Values for `StringLike` on `…:sub`, with `*` and `?`. */
  readonly subjects: readonly string[]
  /** Value for `StringEquals` on `…:aud`. */
  readonly audience?: string
}

interface StsOptions extends Basis {
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
  /^(Action|Version|RoleArn|RoleSessionName|WebIdentityToken|DurationSeconds|Policy|PolicyArns\.member\.\d+\.arn)$/
const ROLE_ARN = /^arn:aws[a-z-]*:iam::(\d{12}):role\/([\w+=,.@/-]+)$/

export function createSts(options: StsOptions): Sts {
  const { now, issue, audiences = ['sts.amazonaws.com'] } = options
  const sessions: Session[] = []

  const handler: Handler = async (request) => {
    const reply = await answer(request)
    return /\bapplication\/json\b/.test(request.headers['accept'] ?? '') ? reply : asXml(reply)
  }
  const answer = refusing(async (request) => {
    const requestId = randomUUID()
    const result = {
      AssumeRoleWithWebIdentityResult: await assume(request),
      ResponseMetadata: { RequestId: requestId },
    }
    return replyOf(200, { AssumeRoleWithWebIdentityResponse: result }, requestId)
  })

  async function assume(request: FakeRequest): Promise<object> {
    if (request.method !== 'POST' || request.url.pathname !== '/') {
      throw refusal('InvalidAction', 'Could not find operation for this request')
    }
    const form = formOf(request)
    if (form === undefined) throw refusal('MissingAction', 'Missing Action')
    if (request.headers['authorization'] !== undefined) {
      // The call is unsigned; a client that sends a credential along sends it where it does not belong.
      throw refusal('IncompleteSignature', 'Authorization header requires a signature', 403)
    }
    if (form.get('Action') !== 'AssumeRoleWithWebIdentity' || form.get('Version') !== '2011-06-15') {
      throw refusal('InvalidAction', `Could not find operation ${form.get('Action') ?? ''}`)
    }
    for (const name of form.keys()) {
      if (!KNOWN_FIELDS.test(name) || form.getAll(name).length > 1) {
        throw refusal('MalformedInput', `Unexpected parameter ${name}`)
      }
    }
    const arn = field(form, 'RoleArn', /^[\s\S]{20,2048}$/)
    const name = field(form, 'RoleSessionName', /^[\w+=,.@-]{2,64}$/)
    const token = field(form, 'WebIdentityToken', /^[\s\S]{4,20000}$/)
    const duration = Number(form.get('DurationSeconds') ?? 3_600)
    if (!Number.isInteger(duration) || duration < 900 || duration > 43_200) {
      throw refusal(
        'ValidationError',
        `1 validation error detected: Value '${form.get('DurationSeconds') ?? ''}' at 'durationSeconds' failed to satisfy constraint: Member must have value greater than or equal to 900`,
      )
    }
    if (!ROLE_ARN.test(arn)) throw refusal('ValidationError', `${arn} is invalid`)

    const claims = await options.verify(token, { audience: [...audiences] }).catch(
      because((_, claim, { exp = 0 }) => {
        if (claim === 'aud') return refusal('InvalidIdentityToken', 'Incorrect token audience')
        if (claim !== 'exp') return refusal('InvalidIdentityToken', 'The ID Token provided is not a valid JWT')
        const words = `current date/time ${Math.floor(now() / 1_000)} must be before the expiration date/time ${exp}`
        return refusal('ExpiredTokenException', `Token expired: ${words}`)
      }),
    )
    const role = options.roles[arn]
    const trusted =
      role !== undefined &&
      [claims.aud].flat().includes(role.audience ?? 'sts.amazonaws.com') &&
      role.subjects.some((text) => patternOf(text, { '*': '.*', '?': '.' }, 's').test(claims.sub ?? ''))
    if (!trusted) throw refusal('AccessDenied', 'Not authorized to perform sts:AssumeRoleWithWebIdentity', 403)
    if (duration > 3_600) {
      throw refusal(
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
    sessions.push({ keys, role: arn, name, duration })
    issue(`AWS secret access key ${sessions.length}`, keys.secretAccessKey)
    issue(`AWS session token ${sessions.length}`, keys.sessionToken!)
    const [, account = '', path = ''] = ROLE_ARN.exec(arn)!
    return {
      Credentials: {
        AccessKeyId: keys.accessKeyId,
        SecretAccessKey: keys.secretAccessKey,
        SessionToken: keys.sessionToken,
        Expiration: expiration,
      },
      AssumedRoleUser: {
        Arn: `${arn.split(':iam:')[0]!}:sts::${account}:assumed-role/${path.split('/').at(-1)!}/${name}`,
        AssumedRoleId: `AROAEXAMPLE:${name}`,
      },
      SubjectFromWebIdentityToken: claims.sub,
      Provider: `${arn.split(':role/')[0]!}:oidc-provider/token.actions.githubusercontent.com`,
      Audience: [claims.aud].flat()[0],
      PackedPolicySize: null,
      SourceIdentity: null,
    }
  }

  return { handler, credentials: (id) => sessions.find(({ keys }) => keys.accessKeyId === id)?.keys, sessions }
}

function field(form: URLSearchParams, name: string, rule: RegExp): string {
  const value = form.get(name)
  const lower = `${name.slice(0, 1).toLowerCase()}${name.slice(1)}`
  if (value === null) {
    throw refusal(
      'ValidationError',
      `1 validation error detected: Value null at '${lower}' failed to satisfy constraint: Member must not be null`,
    )
  }
  if (!rule.test(value)) {
    throw refusal(
      'ValidationError',
      `1 validation error detected: Value at '${lower}' failed to satisfy constraint: Member must satisfy regular expression pattern: ${rule.source}`,
    )
  }
  return value
}

function refusal(code: string, message: string, status = 400): Refusal {
  return new Refusal(stsError(status, code, message))
}

/** An error answer of STS, in JSON or XML. */
export function stsError(status: number, code: string, message: string, { json = true } = {}): FakeReply {
  const requestId = randomUUID()
  const error = { Type: status < 500 ? 'Sender' : 'Receiver', Code: code, Message: message }
  const reply = replyOf(status, { Error: error, RequestId: requestId }, requestId)
  return json ? reply : asXml(reply)
}

function replyOf(status: number, body: object, requestId: string): FakeReply {
  return { status, headers: { 'x-amzn-requestid': requestId }, body }
}

/** The same answer for a client that does not ask for JSON. */
function asXml(reply: FakeReply): FakeReply {
  const body = jsonOf(reply) as object
  const text = elements(
    'Error' in body ? { ErrorResponse: body } : body,
    ' xmlns="https://sts.amazonaws.com/doc/2011-06-15/"',
  )
  return { ...reply, headers: { ...reply.headers, 'content-type': 'text/xml' }, body: text }
}

function elements(members: object, attributes = ''): string {
  return Object.entries(members as Record<string, object | string | number | null>)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => {
      // In JSON it is in seconds.
      const content = name === 'Expiration' ? new Date(Number(value) * 1_000).toISOString() : value
      const inner = typeof content === 'object' ? elements(content!) : xml(String(content))
      return `<${name}${attributes}>${inner}</${name}>`
    })
    .join('')
}

function xml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
