/**
 * The floor: the requests of the root action by hand, and nothing else. No inputs, no outputs,
 * no masks, no time limits, no second try. The bench strips the types beforehand, so that it runs as plain JavaScript.
 *
 * `process.getBuiltinModule` loads what is used: `import 'node:http'` would read every export of it, and with them
 * Node's own undici.
 */
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'

const { env } = process
const appServer = new URL(`${env['FLOOR_APP_SERVER']!}/access_tokens`)
const sts = env['FLOOR_STS'] === undefined ? undefined : new URL(env['FLOOR_STS'])
const secure = appServer.protocol === 'https:'
const client = secure ? process.getBuiltinModule('node:https') : process.getBuiltinModule('node:http')

function open({ hostname: host, port }: URL): Socket {
  return secure
    ? process.getBuiltinModule('node:tls').connect({ host, port: Number(port), ALPNProtocols: ['http/1.1'] })
    : process.getBuiltinModule('node:net').connect({ host, port: Number(port) })
}

async function send(
  method: string,
  url: URL,
  headers: Record<string, string>,
  body = '',
  socket = open(url),
): Promise<unknown> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const request = client.request(url, { method, headers, createConnection: () => socket }, resolve)
    request.on('error', reject)
    request.end(body)
  })
  let text = ''
  for await (const chunk of response.setEncoding('utf8')) text += chunk as string
  if (response.statusCode! >= 300) throw new Error(`${method} ${url.origin}: ${response.statusCode!} ${text}`)
  return JSON.parse(text)
}

async function idToken(audience: string): Promise<string> {
  const url = new URL(`${env['ACTIONS_ID_TOKEN_REQUEST_URL']!}&audience=${encodeURIComponent(audience)}`)
  const authorization = `Bearer ${env['ACTIONS_ID_TOKEN_REQUEST_TOKEN']!}`
  return ((await send('GET', url, { authorization })) as { value: string }).value
}

interface Credentials {
  readonly AccessKeyId: string
  readonly SecretAccessKey: string
  readonly SessionToken: string
}

async function assumeRole(endpoint: URL, token: Promise<string>, socket: Socket): Promise<Credentials> {
  const body = new URLSearchParams({
    Action: 'AssumeRoleWithWebIdentity',
    Version: '2011-06-15',
    RoleArn: env['FLOOR_ROLE']!,
    RoleSessionName: 'floor',
    WebIdentityToken: await token,
  }).toString()
  const headers = { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' }
  const answer = (await send('POST', endpoint, headers, body, socket)) as {
    AssumeRoleWithWebIdentityResponse: { AssumeRoleWithWebIdentityResult: { Credentials: Credentials } }
  }
  return answer.AssumeRoleWithWebIdentityResponse.AssumeRoleWithWebIdentityResult.Credentials
}

/** AWS Signature Version 4 of a POST without query, to `lambda` in `eu-central-1`. */
function signed(url: URL, more: Record<string, string>, body: string, key: Credentials): Record<string, string> {
  const { createHash, createHmac } = process.getBuiltinModule('node:crypto')
  const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
  const time = new Date().toISOString().replace(/[-:]|\.\d{3}/g, '')
  const parts = [time.slice(0, 8), 'eu-central-1', 'lambda', 'aws4_request']
  const headers: Record<string, string> = {
    ...more,
    host: url.host,
    'x-amz-content-sha256': sha256(body),
    'x-amz-date': time,
    'x-amz-security-token': key.SessionToken,
  }
  const names = Object.keys(headers).sort()
  const lines = names.map((name) => `${name}:${headers[name]!}`)
  const request = ['POST', url.pathname, '', ...lines, '', names.join(';'), sha256(body)].join('\n')
  const text = ['AWS4-HMAC-SHA256', time, parts.join('/'), sha256(request)].join('\n')
  const signingKey = parts.reduce<string | Buffer>(
    (secret, part) => createHmac('sha256', secret).update(part).digest(),
    `AWS4${key.SecretAccessKey}`,
  )
  const signature = createHmac('sha256', signingKey).update(text).digest('hex')
  headers['authorization'] =
    `AWS4-HMAC-SHA256 Credential=${key.AccessKeyId}/${parts.join('/')}, SignedHeaders=${names.join(';')}, Signature=${signature}`
  return headers
}

const body = '{"permissions":{"contents":"read"}}'
const json = { 'content-type': 'application/json', accept: 'application/json' }
const token = idToken(appServer.hostname)
const appServerSocket = open(appServer)
if (sts === undefined) {
  const headers = { ...json, authorization: `Bearer ${await token}` }
  await send('POST', appServer, headers, body, appServerSocket)
} else {
  const credentials = await assumeRole(sts, idToken('sts.amazonaws.com'), open(sts))
  const headers = { ...json, 'x-authorization': `Bearer ${await token}` }
  await send('POST', appServer, signed(appServer, headers, body, credentials), body, appServerSocket)
}
// Not when the servers have closed their connections, which takes a round trip.
process.exit(0)
