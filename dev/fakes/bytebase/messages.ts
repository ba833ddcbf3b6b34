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
  internal: [13, 500],
  unauthenticated: [16, 401],
} as const

export class Refusal extends Refused {
  constructor(...error: Parameters<typeof bytebaseError>) {
    super(bytebaseError(...error))
  }
}

/** An error answer of Bytebase. */
export function bytebaseError(kind: keyof typeof CODES, message: string): FakeReply {
  const [code, status] = CODES[kind]
  return { status, body: { code, message } }
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

/**
 * The fields of a message, as the gateway's JSON decoder takes them: in lower camel case, and of their types. Any other is
 * an error; one that is left out has the value in `empty`.
 */
export function read<T extends Body>(message: Body, empty: T): T {
  for (const [name, value] of Object.entries(message)) {
    const type = empty[name]
    if (type === undefined) throw new Refusal('invalid', `proto: (line 1:2): unknown field "${name}"`)
    if (value === null || typeof value !== typeof type || Array.isArray(value) !== Array.isArray(type)) {
      throw new Refusal('invalid', `proto: invalid value for field ${name}`)
    }
  }
  return { ...empty, ...message }
}

function isObject(value: unknown): value is Body {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
