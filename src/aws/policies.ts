import type { Explanation, Snippet } from '../explanation.ts'

/** Whose policy each kind is that AWS names; empty for the policy of the resource. */
const PLACES = {
  'identity-based policy': 'of the role or user whose credentials signed the request',
  'resource-based policy': '',
  'permissions boundary': 'of the role or user whose credentials signed the request',
  'session policy': 'that was given when the credentials were made',
  'VPC endpoint policy': 'of the VPC endpoint that the request went through',
  'service control policy': 'of the AWS organization, which its administrators manage',
  'resource control policy': 'of the AWS organization, which its administrators manage',
  'role trust policy': '',
} as const

/** The policy that refused. */
export interface Refuser {
  /** `undefined` if AWS does not say. */
  readonly kind: keyof typeof PLACES | undefined
  /** Whether a statement denies it; otherwise none allows it. */
  readonly denies: boolean
}

const KINDS = Object.keys(PLACES) as (keyof typeof PLACES)[]

/**
 * Which policy refused, by AWS's own words at the end of its message; `undefined` if they do not say (IAM User Guide,
 * "Troubleshoot access denied error messages").
 */
export function refuserIn(message: string): Refuser | undefined {
  const [, deny, text] = /\b(?:because no|with an explicit (deny)(?: in (?:an?|the))?) ?([\w -]*)/.exec(message) ?? []
  const kind = KINDS.find((each) => text?.toLowerCase().startsWith(each.toLowerCase()))
  return kind === undefined && deny === undefined ? undefined : { kind, denies: deny !== undefined }
}

/**
 * What to change where a policy refused.
 *
 * @param resource what a resource-based policy belongs to: `of the secret`
 */
export function explainRefuser({ kind, denies }: Refuser, resource: string): Explanation {
  if (kind === undefined) {
    return { hint: `A policy denies this explicitly, and AWS does not say which: look for a Deny that matches.` }
  }
  const what = denies ? 'a statement in it denies this' : 'no statement in it allows this'
  return { hint: `Change the ${kind} ${PLACES[kind] || resource}: ${what}.` }
}

/** A policy of one statement, to paste. */
export function policyOf(statement: Readonly<Record<string, unknown>>): Snippet {
  const policy = { Version: '2012-10-17', Statement: [statement] }
  return { language: 'json', content: JSON.stringify(policy, undefined, 2) }
}
