import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { parse } from 'yaml'
import type { FakeReply, FakeRequest, Handler } from '../fakes/handler.ts'
import { ROOT } from '../world.ts'

/** By media type. */
type Content = Readonly<
  Record<
    string,
    { readonly example?: unknown; readonly examples?: Readonly<Record<string, { readonly value: unknown }>> }
  >
>

interface Operation {
  readonly requestBody: { readonly content: Content }
  readonly responses: Readonly<Record<string, { readonly content: Content }>>
}

/** `docs/app-server.openapi.yaml`: what an app server is asked, and how it answers. */
export const appServerDocument = parse(readFileSync(join(ROOT, 'docs/app-server.openapi.yaml'), 'utf8')) as {
  readonly paths: Readonly<Record<string, { readonly post: Operation }>>
}

const PATH = '/access_tokens'
const POST = `/paths/${pointer(PATH)}/post`

const ajv = new Ajv2020({
  strictTypes: false,
  strictRequired: false,
  allErrors: true,
  formats: {
    'date-time': (text: string) => /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(text) && !Number.isNaN(Date.parse(text)),
  },
})
ajv.addVocabulary(['openapi', 'info', 'servers', 'paths', 'components'])
ajv.addSchema(appServerDocument, 'openapi')

/** What the body of a request has against the document; empty where it fits. */
export function requestFaults(body: unknown): string[] {
  return schemaFaults(`${POST}/requestBody/content/application~1json/schema`, body)
}

/** What an answer has against the document; empty where it fits. */
export function answerFaults({ status, headers = {}, body }: FakeReply): string[] {
  const described = appServerDocument.paths[PATH]?.post.responses[status]
  if (described === undefined) return [`status ${status} is not in the document`]
  const isText = typeof body === 'string'
  const [type = ''] = (headers['content-type'] ?? (isText ? '' : 'application/json')).split(';')
  if (!(type in described.content)) return [`${status}: the document knows no content type "${type}"`]
  const content = type === 'application/json' ? jsonOf(body) : body
  return schemaFaults(`${POST}/responses/${status}/content/${pointer(type)}/schema`, content)
}

/** A handler with a note of what its requests and answers have against the document. */
interface Inspected {
  readonly handler: Handler
  /** Oldest first; each names its request. */
  readonly faults: readonly string[]
  /** How many requests were looked at. */
  readonly count: number
}

/**
 * Puts an app server behind the document. An answer is always looked at; a request only where the server took it, since
 * a refusal of a bad one is as it should be.
 *
 * @param handler the fake, or one that passes requests on to a real server
 */
export function inspected(handler: Handler): Inspected {
  const faults: string[] = []
  let count = 0
  return {
    faults,
    get count() {
      return count
    },
    handler: async (request) => {
      const reply = await handler(request)
      count++
      const found = [...answerFaults(reply), ...(reply.status === 200 ? grantedFaults(request) : [])]
      faults.push(...found.map((fault) => `${request.method} ${request.url.pathname}: ${fault}`))
      return reply
    },
  }
}

/** What a request that was granted has against the document. */
function grantedFaults({ method, url, headers, body }: FakeRequest): string[] {
  const bearer = headers['x-authorization'] ?? headers['authorization'] ?? ''
  return [
    ...(method === 'POST' && url.pathname.endsWith(PATH) ? [] : ['the document has no such operation']),
    ...(/^Bearer \S+$/.test(bearer) ? [] : ['no ID token as `Bearer …`']),
    ...(headers['content-type'] === 'application/json' ? [] : ['the content type is not application/json']),
    ...requestFaults(jsonOf(body)),
  ]
}

function schemaFaults(at: string, value: unknown): string[] {
  const validate = ajv.getSchema(`openapi#${at}`) as ValidateFunction | undefined
  if (validate === undefined) throw new Error(`no schema at ${at}`)
  validate(value)
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message ?? ''}`)
}

/** A name as a part of a JSON pointer. */
function pointer(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1')
}

/** What a body says; one that is no JSON fits no schema. */
function jsonOf(body: FakeReply['body']): unknown {
  try {
    return typeof body === 'string' ? JSON.parse(body) : JSON.parse(JSON.stringify(body))
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
