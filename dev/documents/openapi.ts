import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { parse } from 'yaml'
import { jsonOf, type FakeReply } from '../fakes/handler.ts'
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
export function answerFaults(reply: FakeReply): string[] {
  const { status, headers = {}, body } = reply
  const described = appServerDocument.paths[PATH]?.post.responses[status]
  if (described === undefined) return [`status ${status} is not in the document`]
  const isText = typeof body === 'string'
  const [type = ''] = (headers['content-type'] ?? (isText ? '' : 'application/json')).split(';')
  if (!(type in described.content)) return [`${status}: the document knows no content type "${type}"`]
  const content = type === 'application/json' ? jsonOf(reply) : body
  return schemaFaults(`${POST}/responses/${status}/content/${pointer(type)}/schema`, content)
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
