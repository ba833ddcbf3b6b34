import type { Claims, Explanation } from '../explanation.ts'
import { header, member, textOf, type Answer } from '../http/answer.ts'
import type { Refusal } from '../http/call.ts'

/** Codes by which AWS means "later", with any HTTP status. Source: AWS SDK, retry classification. */
const LATER = new Set([
  'BandwidthLimitExceeded',
  'IDPCommunicationError',
  'InternalFailure',
  'InternalServiceError',
  'LimitExceededException',
  'PriorRequestNotComplete',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'RequestThrottled',
  'RequestThrottledException',
  'RequestTimeout',
  'RequestTimeoutException',
  'ServiceUnavailable',
  'SlowDown',
  'ThrottledException',
  'Throttling',
  'ThrottlingException',
  'TooManyRequestsException',
  'TransactionInProgressException',
])

/** Codes by which AWS refuses the time of a signature. */
const SKEWED = new Set(['RequestTimeTooSkewed', 'RequestInTheFuture', 'RequestExpired'])
/** AWS could not fetch the keys of the issuer. */
export const KEYS_TROUBLE = /retrieve verification key/i
const SKEWED_TEXT = /signature expired|signature not yet current/i

/** Words of the gateways of AWS that give no code. */
const WORDS =
  /\bis not authorized to (?:perform|access)\b|^Missing Authentication Token|\bsecurity token\b|^The request signature|^Credential should be scoped/

/** An error of AWS, in any of its forms. */
export interface AwsError {
  /** Without namespace; empty if there is none. */
  readonly code: string
  readonly message: string
}

/** Code and message of an AWS error, in any of its forms: query API (JSON, XML), JSON API, gateways, VPC Lattice (plain text). */
export function awsError(answer: Answer): AwsError {
  const { json, text } = answer
  const xml = (tag: string): string | undefined => new RegExp(`<${tag}>([^<]*)</${tag}>`).exec(text)?.[1]
  const [, plainCode, plainMessage] = /^(\w+Exception): (.*)/.exec(text) ?? []
  const code =
    member(json, 'Error', 'Code') ??
    member(json, '__type') ??
    header(answer, 'x-amzn-errortype') ??
    xml('Code') ??
    plainCode
  const message =
    member(json, 'Error', 'Message') ??
    member(json, 'message') ??
    member(json, 'Message') ??
    xml('Message') ??
    plainMessage
  return {
    // `namespace#Name:http://…` in the JSON protocols.
    code: textOf(code).replace(/:.*$/s, '').replace(/^.*#/s, ''),
    message: textOf(message),
  }
}

/**
 * What an AWS service, or a gateway that checks signatures, means by an answer that is not 2xx. It has no reason where the
 * answer has nothing by which AWS is known: a code, the id of a request, certain words.
 *
 * @param error of the answer
 * @param explain what a person can do; not asked where the clock is to blame, which its page explains
 */
export function awsRefusal(
  answer: Answer,
  { code, message }: AwsError,
  explain: (claims: Claims | undefined) => Explanation,
): Refusal {
  const isSkewed = SKEWED.has(code) || SKEWED_TEXT.test(message)
  // The keys of the issuer could not be fetched: transient, under a code that is not.
  const keys = code === 'InvalidIdentityToken' && KEYS_TROUBLE.test(message)
  const requestId =
    member(answer.json, 'RequestId') ?? header(answer, 'x-amzn-requestid') ?? header(answer, 'apigw-requestid')
  const isAws = code !== '' || requestId !== undefined || WORDS.test(message)
  return {
    reason: isAws ? [code, message].filter((text) => text !== '').join(': ') : undefined,
    requestId,
    ...(LATER.has(code) ? { retry: 'until the deadline' } : keys ? { retry: { times: 2 } } : {}),
    ...(isSkewed ? { code: 'CLOCK_SKEWED' } : { explain }),
  }
}
