import { matchesGlob } from 'node:path'

/** Figures by what they are of: `{ root: { wall: 2.31 } }`. */
export type Figures = Readonly<Record<string, Readonly<Record<string, number>>>>

/**
 * The goals that are not reached, each as a line that names it.
 *
 * @param goals the largest that each figure may be; what they are of may be a glob
 * @throws Error where a goal has no figure: it would be reached by not being measured
 */
export function missedGoals(figures: Figures, goals: Figures): string[] {
  return Object.entries(goals).flatMap(([of, limits]) => {
    const named = Object.keys(figures).filter((name) => matchesGlob(name, of))
    return (named.length > 0 ? named : [of]).flatMap((each) =>
      Object.entries(limits).flatMap(([name, most]) => {
        const figure = figures[each]?.[name] ?? NaN
        if (Number.isNaN(figure)) throw new Error(`there is no figure ${name} of ${each}`)
        // So that a figure just over its goal does not read like it.
        return figure > most ? [`${each}: ${name} is ${Number(figure.toPrecision(6))}, its goal is ${most}`] : []
      }),
    )
  })
}
