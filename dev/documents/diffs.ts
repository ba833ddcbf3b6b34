import type { Fence } from './fences.ts'

/** What a diff of YAML leads to; every line stays where it is, and those that go are empty. */
export function afterOf(fence: Fence): Fence {
  return sideOf(fence, '+')
}

/** What a diff of YAML begins with, likewise. */
export function beforeOf(fence: Fence): Fence {
  return sideOf(fence, '-')
}

function sideOf(fence: Fence, sign: '+' | '-'): Fence {
  const lines = fence.text.split('\n').map((line) => (line[0] === ' ' || line[0] === sign ? line.slice(1) : ''))
  return { ...fence, language: 'yaml', text: lines.join('\n') }
}
