import { Refusal as Refused, type FakeReply, type FakeRequest } from '../handler.ts'

/*
 * What the gateway of Bytebase does with every message: it decodes JSON into fields of known names and types, and shows
 * an error in one of two forms.
 */

/** Code and HTTP status. Source: google/rpc/code.proto. */
const CODES = {
  invalid: [3, 400],
  notFound: [5, 404],
  /** Of the gateway, before anything else is asked. */
  noRoute: [2, 404],
  denied: [7, 403],
  precondition: [9, 400],
  internal: [13, 500],
  unauthenticated: [16, 401],
} as const

export class Refusal extends Refused {
  constructor(...error: Parameters<typeof bytebaseError>) {
    super(bytebaseError(...error))
  }
}

/** An error answer of Bytebase. */
export function bytebaseError(kind: keyof typeof CODES, message: string, details: readonly object[] = []): FakeReply {
  const [code, status] = CODES[kind]
  return { status, body: { code, message, ...(details.length > 0 && { details }) } }
}

export type Body = Record<string, unknown>

export function readBody(request: FakeRequest): Body {
  if (!/^application\/json\b/i.test(request.headers['content-type'] ?? '')) {
    throw new Refusal('invalid', 'the body must be application/json')
  }
  let body: unknown
  try {
    body = JSON.parse(request.body)
  } catch (error) {
    throw new Refusal('invalid', `proto: syntax error: ${error instanceof Error ? error.message : ''}`)
  }
  if (!isObject(body)) throw new Refusal('invalid', 'proto: syntax error: expected an object')
  return body
}

/** Fields in lower camel case, as the gateway's JSON decoder takes them; any other is an error. */
export function only(body: Body, fields: readonly string[]): void {
  for (const name of Object.keys(body)) {
    if (!fields.includes(name)) throw new Refusal('invalid', `proto: (line 1:2): unknown field "${name}"`)
  }
}

export function text(body: Body, name: string): string {
  const value = body[name] ?? ''
  if (typeof value !== 'string') throw new Refusal('invalid', `proto: invalid value for string field ${name}`)
  return value
}

export function texts(body: Body, name: string): string[] {
  const value = body[name] ?? []
  if (!Array.isArray(value) || !value.every((item) => typeof item === 'string')) {
    throw new Refusal('invalid', `proto: invalid value for repeated string field ${name}`)
  }
  return value
}

export function object(body: Body, name: string): Body {
  const value = body[name]
  if (!isObject(value)) throw new Refusal('invalid', `proto: invalid value for message field ${name}`)
  return value
}

export function objects(body: Body, name: string): Body[] {
  const value = body[name] ?? []
  if (!Array.isArray(value) || !value.every(isObject)) {
    throw new Refusal('invalid', `proto: invalid value for repeated message field ${name}`)
  }
  return value
}

function isObject(value: unknown): value is Body {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
