import js from '@eslint/js'
import boundaries from 'eslint-plugin-boundaries'
import tseslint from 'typescript-eslint'

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
const filesOf = (modules) => [{ element: { types: { anyOf: modules } } }, { file: { categories: { anyOf: modules } } }]

export default tseslint.config(
  { ignores: ['dist/', '.conformance/'] },
  js.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      parserOptions: { projectService: { allowDefaultProject: ['eslint.config.js', 'dev/ready.js'] } },
    },
    rules: {
      // Numbers in messages are counts, statuses and seconds: they read well as they are.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-unused-vars': ['error', { ignoreUsingDeclarations: true }],
      eqeqeq: 'error',
      'no-console': 'off',
    },
  },
  {
    files: ['src/**'],
    plugins: { boundaries },
    settings: {
      'boundaries/elements': modules.map((module) => ({ type: module, pattern: `src/${module}` })),
      'boundaries/files': modules.map((module) => ({ category: module, pattern: `src/${module}.ts` })),
      'boundaries/include': ['src/**'],
    },
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
  {
    files: ['test/**', 'dev/**'],
    rules: {
      // An assertion on a value that may be absent fails with a better message than a type guard.
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
  { files: ['eslint.config.js'], ...tseslint.configs.disableTypeChecked },
)
