/** Lists in pages and watches, while their objects come, change and go. */
import fc from 'fast-check'
import { del, events, get, mergePatch, open, post, type Step } from './case.ts'
import { LEASES, lease, WIDGETS, widget } from './corpus/objects.ts'
import { PROTOBUF } from './protobuf.ts'
import type { Transport } from './streams.ts'

/** Page after page, with writes before each. */
export const paged: fc.Arbitrary<readonly Step[]> = fc
  .tuple(
    fc.integer({ min: 1, max: 3 }),
    fc.constantFrom('', '&labelSelector=n', '&labelSelector=a%20in%20(x,z)', '&fieldSelector=metadata.name!=l1'),
    fc.boolean(),
    fc.array(fc.array(fc.tuple(fc.nat(2), fc.constantFrom('l0', 'l1', 'l2', 'm', 'a', 'zz')), { maxLength: 3 }), {
      minLength: 1,
      maxLength: 4,
    }),
  )
  .map(([limit, selector, ofWidgets, rounds]) => {
    const path = ofWidgets ? WIDGETS : LEASES
    const made = (name: string, n: number) =>
      ofWidgets
        ? widget(name, { size: n }, { labels: { a: 'x', n: String(n) } })
        : lease(name, {}, { labels: { a: 'x', n: String(n) } })
    const pick = ['/items/metadata/name', '/metadata/remainingItemCount', '/message', '/code']
    return [
      ...['l0', 'l1', 'l2', 'l3', 'l4'].map((name, n) => post(path, made(name, n), { pick: ['/kind'] })),
      get(`${path}?limit=${limit}${selector}`, { as: 'p0', pick }),
      ...rounds.flatMap((writes, round) => [
        ...writes.map(([how, name]) => {
          if (how === 0) return del(`${path}/${name}`, undefined, { pick: ['/kind'] })
          if (how === 1) return post(path, made(name, 9), { pick: ['/kind'] })
          return mergePatch(`${path}/${name}`, { metadata: { labels: { a: 'y' } } }, { pick: ['/kind'] })
        }),
        get(`${path}?limit=${limit}${selector}&continue=<p${round}.metadata.continue>`, { as: `p${round + 1}`, pick }),
      ]),
    ]
  })

/** What a selection sees of writes: each of them may bring an object into it, change it there, or take it out. */
export const watched: fc.Arbitrary<readonly Step[]> = fc
  .tuple(
    fc.constantFrom<Transport>('http/1.1', 'http/2', 'websocket'),
    fc.boolean(),
    fc.boolean(),
    fc.array(fc.tuple(fc.nat(3), fc.constantFrom('a', 'b'), fc.constantFrom('x', 'y')), { minLength: 1, maxLength: 7 }),
  )
  .map(([over, ofWidgets, inProtobuf, writes]) => {
    const path = ofWidgets ? WIDGETS : LEASES
    const made = (name: string, app: string) =>
      ofWidgets ? widget(name, {}, { labels: { app } }) : lease(name, {}, { labels: { app } })
    const there = new Map<string, string>()
    let count = 0
    const steps = writes.map(([how, name, app]) => {
      const before = there.get(name)
      if (how === 0) {
        there.delete(name)
        if (before === 'x') count++
        return del(`${path}/${name}`, undefined, { pick: ['/kind'] })
      }
      const changes = how === 1 ? before === undefined : before !== undefined && before !== app
      if (changes) {
        there.set(name, app)
        if (before === 'x' || app === 'x') count++
      }
      return how === 1
        ? post(path, made(name, app), { pick: ['/kind'] })
        : mergePatch(`${path}/${name}`, { metadata: { labels: { app } } }, { pick: ['/kind'] })
    })
    const accept = inProtobuf && !ofWidgets ? PROTOBUF : 'application/json'
    return [
      get(path, { as: 'list', pick: ['/kind'] }),
      open('w', `${path}?resourceVersion=<list.metadata.resourceVersion>&labelSelector=app%3Dx`, {
        over,
        headers: { accept },
      }),
      ...steps,
      events('w', count),
    ]
  })
