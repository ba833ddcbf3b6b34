import type { Claims, Explanation } from '../explanation.ts'
import { MAX_MESSAGE, member, textOf, type Answer } from '../http/answer.ts'
import type { Refusal } from '../http/call.ts'
import { aboutForm, aboutPassing, claimText, namesRepository, withoutClaims } from '../identity/claims.ts'
import { quoted } from '../text.ts'
import type { Federation } from './settings.ts'

/** The longest name of a federated credential, in characters. */
const MAX_NAME = 120
/** A new federated credential is not known everywhere yet (Microsoft, "Workload identity federation", considerations). */
const PROPAGATING = '70021'

/**
 * What Microsoft Entra means by an answer that is not 2xx, or has no body: an OAuth error (RFC 6749 section 5.2) with a code
 * in its description (Microsoft, "Microsoft Entra authentication and authorization error codes"). Codes may change, so they
 * decide nothing but the advice and what is retried. An empty body is one that a retry passes (Altinn/dialogporten#4356).
 *
 * @param sent the claims of the ID token that it got
 */
export function entraRefusal(answer: Answer, federation: Federation, sent: Claims | undefined): Refusal {
  const error = textOf(member(answer.json, 'error')).slice(0, MAX_MESSAGE)
  const description = textOf(member(answer.json, 'error_description')).slice(0, MAX_MESSAGE)
  const code = /^AADSTS(\d+)/.exec(description)?.[1] ?? ''
  const passes = answer.text.trim() === '' || error === 'temporarily_unavailable' || code === PROPAGATING
  // The ids and the time at its end are not for the person who reads it; the first of them is the request id.
  const words = description.replace(/\s*Trace ID: .*$/s, '')
  return {
    reason: withoutClaims(code === '' ? [error, words].filter((text) => text !== '').join(': ') : words, sent),
    requestId: member(answer.json, 'trace_id'),
    ...(passes && { retry: 'until the deadline' }),
    explain: (claims) => EXPLANATIONS[code]?.({ ...federation, claims }) ?? {},
  }
}

interface Refused extends Federation {
  readonly claims: Claims | undefined
}

/** What a person can do, by the number after `AADSTS`. */
const EXPLANATIONS: Readonly<Record<string, (refused: Refused) => Explanation>> = {
  700213: (refused) => explainSubject(refused),
  7002137: (refused) => explainSubject(refused),
  7002138: (refused) => explainSubject(refused, ' One differs from it in the case of its letters alone.'),
  [PROPAGATING]: (refused) => explainSubject(refused, ' If there is one, it is new: it takes some minutes to work.'),
  700211: ({ clientId, claims }) => ({
    hint: `No federated credential of "${clientId}" has the issuer of the ID token, ${quoted(claimText(claims, 'iss')) ?? 'which is not shown here'}. Entra compares the whole text: there is no slash at its end.`,
  }),
  700212: ({ clientId, audience }) => ({
    hint: `The audience of the ID token was "${audience}": give the federated credential of "${clientId}" this one, or set \`audience\` to the one that it has.`,
  }),
  70025: (refused) => ({
    hint: `"${refused.clientId}" has no federated credential: create one, or check \`client-id\`.`,
    ...suggestCredential(refused),
  }),
  700024: () => ({
    hint: 'Entra says that the ID token is not valid now, though it was new: run the job again. On GitHub Enterprise Server, check its clock.',
  }),
  700016: ({ tenantId, clientId }) => ({
    hint: `There is no application or managed identity "${clientId}" in the tenant "${tenantId}": check \`tenant-id\` and \`client-id\`. \`client-id\` is not the object ID.`,
  }),
  700038: ({ clientId }) => ({
    hint: `Check \`client-id\`: "${clientId}" is no application. It is the client ID (appId), not the object ID.`,
  }),
  90002: ({ tenantId, url }) => ({
    hint: `Check \`tenant-id\`: ${url.host} knows no tenant "${tenantId}". Other clouds have other login hosts.`,
  }),
  500011: ({ tenantId, resource }) => ({
    hint: `The tenant "${tenantId}" does not know ${resource}: check \`tenant-id\`, and whether the tenant is in another cloud.`,
  }),
}

function explainSubject(refused: Refused, more = ''): Explanation {
  const subject = claimText(refused.claims, 'sub')
  return {
    hint: `No federated credential of "${refused.clientId}" has the subject (sub) of the ID token, ${quoted(subject) ?? 'which is not shown here'}.${more} Entra compares the whole text, and a * in it stands for itself.${aboutForm(subject, { it: 'The subject' })}`,
    ...suggestCredential(refused),
  }
}

/** The federated credential that accepts this run and no other; nothing if there can be none. */
function suggestCredential({ clientId, audience, claims }: Refused): Explanation {
  const issuer = claimText(claims, 'iss')
  const subject = claimText(claims, 'sub')
  if (issuer === undefined || subject === undefined) return {}
  const passing = aboutPassing(subject)
  if (passing !== undefined) return { advice: passing }
  // Every repository with the same customization has this subject, and a credential compares nothing else.
  if (!namesRepository(subject)) return {}
  const name = subject.replace(/[^\w-]+/g, '-').slice(0, MAX_NAME)
  return {
    advice: `With this federated credential, "${clientId}" accepts this run. Save it as credential.json, and run: az ad app federated-credential create --id ${clientId} --parameters @credential.json. For a managed identity: az identity federated-credential create, with the same values.`,
    paste: [
      { language: 'json', content: JSON.stringify({ name, issuer, subject, audiences: [audience] }, undefined, 2) },
    ],
  }
}
