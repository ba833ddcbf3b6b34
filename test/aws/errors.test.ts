import { describe, expect, test } from 'vitest'
import { awsError, awsRefusal } from '../../src/aws/errors.ts'
import type { Answer } from '../../src/http/answer.ts'
import type { Refusal } from '../../src/http/call.ts'
import { answer } from '../http/fixture.ts'

const refusalOf = (refused: Answer): Refusal => awsRefusal(refused, awsError(refused), () => ({}))

describe('an error', () => {
  const DENIED = 'Not authorized to perform sts:AssumeRoleWithWebIdentity'
  test.each<[string, Answer, string | undefined, string | undefined]>([
    [
      'in JSON of the query API',
      answer(403, { Error: { Code: 'AccessDenied', Message: DENIED, Type: 'Sender' }, RequestId: 'r-1' }),
      `AccessDenied: ${DENIED}`,
      'r-1',
    ],
    [
      'in XML',
      answer(
        403,
        `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">\n<Error><Type>Sender</Type>\n<Code>AccessDenied</Code><Message>${DENIED}</Message></Error><RequestId>r-2</RequestId></ErrorResponse>`,
        { 'x-amzn-requestid': 'r-2' },
      ),
      `AccessDenied: ${DENIED}`,
      'r-2',
    ],
    [
      'of a JSON API, with a namespace',
      answer(400, { __type: 'com.amazonaws.secretsmanager#ResourceNotFoundException', Message: 'No.' }),
      'ResourceNotFoundException: No.',
      undefined,
    ],
    [
      'named by a header, with an address',
      answer(403, { message: 'No.' }, { 'x-amzn-errortype': 'AccessDeniedException:http://internal.amazon.com/' }),
      'AccessDeniedException: No.',
      undefined,
    ],
    ['without a message', answer(400, { __type: 'DecryptionFailure' }), 'DecryptionFailure', undefined],
    [
      'of a gateway, without a code',
      answer(403, { message: 'Forbidden' }, { 'apigw-requestid': 'r-3' }),
      'Forbidden',
      'r-3',
    ],
    [
      'of VPC Lattice, in plain text',
      answer(403, 'AccessDeniedException: User: anonymous is not authorized\nmore'),
      'AccessDeniedException: User: anonymous is not authorized',
      undefined,
    ],
    ['of something else', answer(502, '<html><title>Bad Gateway</title></html>'), undefined, undefined],
    ['of another gateway', answer(403, { message: 'Forbidden' }), undefined, undefined],
    ['that is odd', answer(400, { Error: { Code: 1, Message: [] }, __type: {} }), undefined, undefined],
  ])('%s is read', (_what, refused, reason, requestId) => {
    expect(refusalOf(refused)).toMatchObject({ reason, requestId })
  })

  test.each<[string, string, Refusal['retry'] | undefined]>([
    ['IDPCommunicationError', '', 'until the deadline'],
    ['RequestTimeout', '', 'until the deadline'],
    ['SlowDown', '', 'until the deadline'],
    ['ThrottlingException', 'Rate exceeded', 'until the deadline'],
    ['InvalidIdentityToken', "Couldn't retrieve verification key from your identity provider", { times: 2 }],
    ['InvalidIdentityToken', 'Incorrect token audience', undefined],
    ['ExpiredTokenException', '', undefined],
    ['toString', '', undefined],
  ])('%s (%s) is retried: %j', (Code, Message, retry) => {
    for (const status of [400, 403]) {
      expect(refusalOf(answer(status, { Error: { Code, Message } })).retry).toEqual(retry)
    }
  })

  test.each<[string, string, boolean]>([
    ['InvalidSignatureException', 'Signature expired: 20261121T080000Z is now earlier than …', true],
    ['InvalidSignatureException', 'Signature not yet current: 20261121T080000Z is still later than …', true],
    ['RequestTimeTooSkewed', '', true],
    ['RequestExpired', '', true],
    ['RequestInTheFuture', '', true],
    ['InvalidSignatureException', 'The request signature we calculated does not match', false],
    ['ExpiredTokenException', 'The security token included in the request is expired', false],
  ])('%s (%s) tells of the clock: %s', (__type, message, skewed) => {
    const { code, explain } = refusalOf(answer(403, { __type, message }))
    expect(code === 'CLOCK_SKEWED').toBe(skewed)
    // Its page explains it.
    expect(explain === undefined).toBe(skewed)
  })
})
