import { ActionError } from '../../errors.ts'
import { member } from '../../http/answer.ts'

/**
 * The secret in `{"payload": {"data": "<base64>", "dataCrc32c"?: "<decimal>"}}`, the answer of Google Secret Manager's
 * `versions.access`: base64 of RFC 4648 section 4, with padding and without line breaks; the checksum is compared where it
 * is sent.
 *
 * @param json the whole answer
 * @param service who sent it, as a sentence names it
 * @param name how the log names the secret, in quotes
 * @throws ActionError `UNUSABLE_ANSWER`; `UNUSABLE_SECRET` if the secret is not text (UTF-8)
 */
export function secretPayload(json: unknown, service: string, name: string): string {
  const data = member(json, 'payload', 'data')
  const unusable = (what: string, hint: string): ActionError =>
    new ActionError('UNUSABLE_ANSWER', `The payload.data in the answer of ${service} ${what}.`, { hint })
  if (typeof data !== 'string') {
    throw unusable(
      data === undefined ? 'is missing' : 'is not text',
      'The answer must be {"payload": {"data": "<the secret in base64>"}}.',
    )
  }
  const bytes = Buffer.from(data, 'base64')
  // Decoding skips what is no base64; encoding again shows whether there was any.
  if (bytes.toString('base64') !== data) {
    throw unusable(
      'is not base64',
      'The server must encode the secret as standard base64 (+ and /), with padding and without line breaks.',
    )
  }
  const checksum = member(json, 'payload', 'dataCrc32c')
  const right = crc32c(bytes)
  if (checksum !== undefined && checksum !== String(right) && checksum !== right) {
    throw unusable('does not match its checksum', 'It was damaged in transit: run the job again.')
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (cause) {
    throw new ActionError('UNUSABLE_SECRET', `The secret ${name} is binary: it is not UTF-8 text.`, {
      cause,
      hint: 'An output is text: store the secret in base64, and decode it in the step that uses it.',
    })
  }
}

/** The CRC-32C checksum (Castagnoli; RFC 3720 appendix B.4) as an unsigned number. */
export function crc32c(bytes: Uint8Array): number {
  let crc = -1
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0)
  }
  return ~crc >>> 0
}
