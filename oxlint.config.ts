import { defineConfig } from 'oxlint'

/** The modules of src in layers, from the top: each imports from those below it. Those of one layer leave each other alone. */
const layers = [
  ['index'],
  ['step', 'exchanges'],
  ['aws', 'azure', 'github', 'google', 'vault'],
  ['identity'],
  ['exchange'],
  ['http'],
  ['inputs'],
  ['errors'],
  ['explanation', 'text'],
]
const modules = layers.flat()

/** The files of modules: those in a folder of that name, and the one at the root. */
const filesOf = (modules: readonly string[]): object[] => [
  { element: { types: { anyOf: modules } } },
  { file: { categories: { anyOf: modules } } },
]

/** Rules beside all those of the category `correctness`. */
const more = `
  eqeqeq no-array-constructor no-case-declarations no-empty no-fallthrough no-prototype-builtins no-redeclare
  no-regex-spaces no-unexpected-multiline no-useless-constructor no-var prefer-const prefer-rest-params
  prefer-spread preserve-caught-error typescript/ban-ts-comment typescript/consistent-type-imports
  typescript/explicit-module-boundary-types typescript/no-confusing-void-expression typescript/no-deprecated
  typescript/no-dynamic-delete typescript/no-empty-object-type typescript/no-explicit-any
  typescript/no-extraneous-class typescript/no-generated-empty-object-type typescript/no-invalid-void-type
  typescript/no-misused-promises typescript/no-mixed-enums typescript/no-namespace
  typescript/no-non-null-asserted-nullish-coalescing typescript/no-non-null-assertion typescript/no-require-imports
  typescript/no-unnecessary-boolean-literal-compare typescript/no-unnecessary-condition
  typescript/no-unnecessary-template-expression typescript/no-unnecessary-type-arguments
  typescript/no-unnecessary-type-assertion typescript/no-unnecessary-type-constraint
  typescript/no-unnecessary-type-conversion typescript/no-unnecessary-type-parameters typescript/no-unsafe-argument
  typescript/no-unsafe-assignment typescript/no-unsafe-call typescript/no-unsafe-enum-comparison
  typescript/no-unsafe-function-type typescript/no-unsafe-member-access typescript/no-unsafe-return
  typescript/only-throw-error typescript/prefer-literal-enum-member typescript/prefer-promise-reject-errors
  typescript/prefer-reduce-type-parameter typescript/prefer-return-this-type typescript/related-getter-setter-pairs
  typescript/require-await typescript/return-await typescript/unified-signatures
  typescript/use-unknown-in-catch-callback-variable`

export default defineConfig({
  plugins: ['typescript', 'import'],
  jsPlugins: ['eslint-plugin-boundaries'],
  categories: { correctness: 'error' },
  options: { typeAware: true, typeCheck: true, reportUnusedDisableDirectives: 'error' },
  ignorePatterns: ['dist', '.conformance'],
  settings: {
    'boundaries/elements': modules.map((module) => ({ type: module, pattern: `src/${module}` })),
    'boundaries/files': modules.map((module) => ({ category: module, pattern: `src/${module}.ts` })),
    'boundaries/include': ['src/**'],
  },
  rules: {
    ...Object.fromEntries(
      more
        .trim()
        .split(/\s+/)
        .map((rule) => [rule, 'error' as const]),
    ),
    'import/no-cycle': ['error', { ignoreTypes: false }],
    'no-unused-vars': ['error', { ignoreUsingDeclarations: true }],
    // Text sorts by itself; nothing else is sorted without saying how.
    'typescript/require-array-sort-compare': 'off',
    'typescript/restrict-plus-operands': [
      'error',
      { allowAny: false, allowBoolean: false, allowNullish: false, allowNumberAndString: false, allowRegExp: false },
    ],
    // Numbers in messages are counts, statuses and seconds: they read well as they are.
    'typescript/restrict-template-expressions': ['error', { allowNumber: true }],
    'typescript/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
  },
  overrides: [
    {
      files: ['src/**'],
      rules: {
        'max-lines': ['error', 200],
        'max-lines-per-function': ['error', 60],
        'boundaries/no-unknown-files': 'error',
        'boundaries/dependencies': [
          'error',
          {
            default: 'disallow',
            policies: layers.flatMap((layer, depth) =>
              layer.map((module) => ({
                from: filesOf([module]),
                allow: { to: filesOf([module, ...layers.slice(depth + 1).flat()]) },
              })),
            ),
          },
        ],
      },
    },
    // What starts before TypeScript can has no types.
    {
      files: ['dev/ready.js'],
      rules: { 'typescript/no-unsafe-call': 'off', 'typescript/no-unsafe-member-access': 'off' },
    },
    // An assertion on a value that may be absent fails with a better message than a type guard.
    { files: ['test/**', 'dev/**'], rules: { 'typescript/no-non-null-assertion': 'off' } },
  ],
})
