import type { ComponentType } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { Failed, Loading } from './states'

/** A component whose code is fetched when it is first shown. */
export function lazily<Props extends object>(
  fetch: () => Promise<ComponentType<Props>>,
): ComponentType<Props> {
  let fetched: ComponentType<Props> | undefined
  return function Lazy(props: Props) {
    const [Inner, setInner] = useState<{ it?: ComponentType<Props>; failed?: boolean }>({ it: fetched })
    useEffect(() => {
      if (fetched) return
      fetch().then(
        it => {
          fetched = it
          setInner({ it })
        },
        () => setInner({ failed: true }),
      )
    }, [])
    if (Inner.failed) {
      const fix = 'The server may have a newer version: load the page again.'
      return <Failed problem={{ message: 'A part of the page could not be loaded.', fix }} />
    }
    return Inner.it ? <Inner.it {...props} /> : <Loading what="the page" />
  }
}
