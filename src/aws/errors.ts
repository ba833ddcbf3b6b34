import type { ActionError } from '../errors.ts'
import { header, member, type Answer } from '../http/answer.ts'
import type { Judgement } from '../http/call.ts'

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

/** Code and message of an AWS error, in any of its forms: query API (JSON, XML), JSON API, gateways, VPC Lattice (plain text). */
function awsError(answer: Answer): { code: string; message: string } {
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
    code: typeof code === 'string' ? code.replace(/:.*$/s, '').replace(/^.*#/s, '') : '',
    message: typeof message === 'string' ? message : '',
  }
}

/** What an AWS service, or a gateway that checks signatures, means by an answer that is not 2xx. */
export function judgeAws(answer: Answer): Judgement {
  const { code, message } = awsError(answer)
  // The keys of the issuer could not be fetched: transient, under a code that is not.
  const keys = code === 'InvalidIdentityToken' && KEYS_TROUBLE.test(message)
  return {
    reason: code === '' ? message : message === '' ? code : `${code}: ${message}`,
    requestId: member(answer.json, 'RequestId') ?? header(answer, 'x-amzn-requestid'),
    ...(LATER.has(code) ? { again: Infinity } : keys ? { again: 2 } : {}),
    ...((SKEWED.has(code) || SKEWED_TEXT.test(message)) && { skewed: true }),
  }
}

/** The code at the beginning of a reason made by {@link judgeAws}; empty where there is none. */
export function codeOf({ refused }: ActionError): string {
  return /^\w+(?=:|$)/.exec(refused?.reason ?? '')?.[0] ?? ''
}
