/** Figures by what they are of: `{ root: { wall: 2.31 } }`. */
export type Figures = Readonly<Record<string, Readonly<Record<string, number>>>>

/** The goals that fail the command: on a machine that others use too, only those of what they cannot change. */
export function failingGoals(goals: Figures, shared: boolean): Figures {
  return shared ? { dist: goals['dist']! } : goals
}

/**
 * The goals that are not reached, each as a line that names it.
 *
 * @param goals the largest that each figure may be; a `*` in what they are of is any text
 * @throws Error where a goal has no figure: it would be reached by not being measured
 */
export function missedGoals(figures: Figures, goals: Figures): string[] {
  const each = Object.entries(goals).flatMap(([of, limits]) => {
    const [start = '', end] = of.split('*')
    const named = Object.keys(figures).filter(
      (name) => end !== undefined && name.startsWith(start) && name.endsWith(end),
    )
    return (named.length > 0 ? named : [of]).map((name) => [name, limits] as const)
  })
  return each.flatMap(([of, limits]) =>
    Object.entries(limits).flatMap(([name, most]) => {
      const figure = figures[of]?.[name]
      if (figure === undefined || Number.isNaN(figure)) throw new Error(`there is no figure ${name} of ${of}`)
      return figure > most ? [`${of}: ${name} is ${rounded(figure)}, its goal is ${most}`] : []
    }),
  )
}

/** So that a figure just over its goal does not read like it. */
function rounded(figure: number): string {
  return String(Number(figure.toPrecision(6)))
}
