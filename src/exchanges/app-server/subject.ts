import type { Claims } from '../../explanation.ts'
import { claimText, isImmutable, namesRepository } from '../../identity/claims.ts'

/** The subject to put into a policy, and what a person should know about it. */
export interface Subject {
  readonly text: string
  readonly notes: readonly string[]
}

/** Longer ones are dropped from a policy without a word. */
const MAX_SUBJECT = 512

/**
 * The most specific subject of this run: its environment, or else its workflow file on its branch or tag, or else `sub`
 * unchanged. It has the ids of owner and repository where the app server knows that form, so it does not match
 * somebody who takes over the name.
 *
 * @returns `undefined` if the claims are not shown, or if every subject of this run would also match others
 */
export function subjectOf(claims: Claims | undefined): Subject | undefined {
  const sub = claimText(claims, 'sub') ?? ''
  const ofWorkflow = workflowSubject(claims)
  const named = namesRepository(sub) && isUsable(sub)
  if (ofWorkflow !== undefined && !(named && claimText(claims, 'environment') !== undefined)) return ofWorkflow
  return named ? { text: sub, notes: notesOn(sub) } : undefined
}

/** The subject that the app server makes of the workflow file, for branches and tags alone. */
function workflowSubject(claims: Claims | undefined): Subject | undefined {
  const text = (name: string): string => claimText(claims, name) ?? ''
  const [owner = '', name = ''] = text('repository').split('/')
  const [ownerId, id, ref] = [text('repository_owner_id'), text('repository_id'), text('ref')]
  const workflow = text('workflow_ref')
  // The app server looks for the branch behind the first `@`. A pull request's branch is not its own to name.
  const onRef = /^[^@]+@refs\/(heads|tags)\//.test(workflow) && !text('event_name').startsWith('pull_request')
  const subject = `repo:${owner}@${ownerId}/${name}@${id}:workflow_ref:${workflow}`
  if (!onRef || [owner, name, ownerId, id].includes('') || !isUsable(subject)) return undefined
  return {
    text: subject,
    notes: [
      `The subject below matches this workflow file on "${ref}". To match every workflow there, use "repo:${owner}@${ownerId}/${name}@${id}:ref:${ref}".`,
      `The form with @ids matches only this repository. The form without them, "repo:${owner}/${name}:…", matches by name, so it also matches anyone who takes over the name.`,
    ],
  }
}

function notesOn(sub: string): string[] {
  const form = isImmutable(sub)
    ? 'It contains the ids of owner and repository, so it matches only this repository.'
    : 'It matches by name, so it also matches anyone who takes over the name of the repository.'
  return [
    `The subject below is the sub claim of this run. ${form}`,
    ...(sub.endsWith(':pull_request')
      ? ['Every pull request of the repository has it, even one that changes the workflow files.']
      : []),
  ]
}

/** Whether a policy can hold a subject as it is, and matches nothing else by it. */
function isUsable(subject: string): boolean {
  return subject.length <= MAX_SUBJECT && !/[*?]|\$\{origin\}/.test(subject)
}
