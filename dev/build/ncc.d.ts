/** The part of ncc's programmatic interface that the build uses. */
declare module '@vercel/ncc' {
  export interface StatsModule {
    readonly id?: number | string | null
    readonly name: string
    readonly modules?: readonly StatsModule[]
  }
  export interface StatsChunk {
    readonly id: number
    readonly names: readonly string[]
    readonly entry: boolean
    readonly modules: readonly StatsModule[]
  }
  export interface Stats {
    toJson(options: Record<string, boolean | number>): {
      readonly chunks: readonly StatsChunk[]
      readonly modules: readonly StatsModule[]
      readonly warnings: readonly { readonly message: string }[]
    }
  }
  export interface Output {
    readonly code: string
    readonly assets: Readonly<Record<string, { readonly source: string | Buffer }>>
    readonly stats: Stats
  }
  export default function ncc(
    input: string,
    options: { readonly cache: false; readonly target: string; readonly quiet: true },
  ): Promise<Output>
}
