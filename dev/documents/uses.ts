import { repositoryName } from './actions.ts'
import { fencesOf, readDocuments } from './fences.ts'
import { isYaml } from './workflows.ts'

/** An action or workflow of somebody else that a document uses, also in what a diff takes away. */
interface ForeignUse {
  /** Where it is: file and line. */
  readonly place: string
  /** Owner and repository, and the folder in it. */
  readonly name: string
  /** What follows the `@`. */
  readonly ref: string
}

/** Everything in the workflows of the documents that belongs to others. What is in `octo-org` belongs to the reader. */
export function foreignUses(): ForeignUse[] {
  return readDocuments()
    .flatMap(fencesOf)
    .filter(({ language }) => isYaml(language) || language === 'diff')
    .flatMap(({ file, line, text }) =>
      text.split('\n').flatMap((each, index) => {
        const [, name, ref] = /^[-+ ]?\s*(?:- )?uses: (\S+)@(\S+)/.exec(each) ?? []
        if (name === undefined || ref === undefined) return []
        if (name.startsWith(repositoryName) || name.startsWith('octo-org/')) return []
        return [{ place: `${file}:${line + index}`, name, ref }]
      }),
    )
}
