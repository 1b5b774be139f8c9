/** For an option that may be given several times; commander's variadic options would swallow the arguments behind it. */
export function each(value: string, before: readonly string[] = []): string[] {
  return [...before, value]
}
