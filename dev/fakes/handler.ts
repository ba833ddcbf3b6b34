/** One request as a fake sees it: complete, with the body read as UTF-8. */
export interface FakeRequest {
  readonly method: string
  /** Absolute; the host is that of the `Host` header. */
  readonly url: URL
  /** By lower-case name; a header that came more than once is joined by `, `. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** What a fake answers. An object as body is sent as JSON. */
export interface FakeReply {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array | object
}

/** A fake system: pure, so that it can be served on loopback or called in process. */
export type Handler = (request: FakeRequest) => FakeReply | Promise<FakeReply>

/** The ms since the epoch. Every fake takes its time from one of these. */
export type Now = () => number

/** The parameters of an `application/x-www-form-urlencoded` body, or `undefined` where the body is none. */
export function formOf(request: FakeRequest): URLSearchParams | undefined {
  const type = request.headers['content-type'] ?? ''
  return /^application\/x-www-form-urlencoded\b/i.test(type) ? new URLSearchParams(request.body) : undefined
}

/** The JSON of an answer; `undefined` where it is none. */
export function jsonOf({ body }: FakeReply): unknown {
  if (body === undefined || body instanceof Uint8Array) return undefined
  if (typeof body === 'object') return body
  try {
    return JSON.parse(body)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/** The credential of an `Authorization: Bearer …` header; the scheme in any case, as RFC 9110 has it. */
export function bearerOf(request: FakeRequest): string | undefined {
  return /^bearer +(\S+)$/i.exec(request.headers['authorization'] ?? '')?.[1]
}

/**
 * A pattern with wildcards as an anchored regular expression.
 *
 * @param wildcards what each wildcard matches, as the source of a regular expression; longer ones first
 */
export function patternOf(text: string, wildcards: Readonly<Record<string, string>>, flags = ''): RegExp {
  const literal = (part: string): string => part.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
  const tokens = new RegExp(`(${Object.keys(wildcards).map(literal).join('|')})`)
  const source = text.split(tokens).map((part) => wildcards[part] ?? literal(part))
  return new RegExp(`^${source.join('')}$`, flags)
}

/** What a fake throws, anywhere in its handler, to refuse a request. */
export class Refusal extends Error {
  readonly reply: FakeReply

  constructor(reply: FakeReply) {
    super(`refused with ${reply.status}`)
    this.reply = reply
  }
}

/** A handler whose {@link Refusal}s become answers. */
export function refusing(handler: Handler): Handler {
  return async (request) => {
    try {
      return await handler(request)
    } catch (error) {
      if (error instanceof Refusal) return error.reply
      throw error
    }
  }
}
