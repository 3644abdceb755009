import { percent } from '../words/numbers'

/** A share of a whole, as a bar and in words. @param share 0 to 1 */
export function Meter({ share }: { share: number }) {
  return (
    <span class="meter">
      <svg viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
        <rect width="100" height="6" class="rest" />
        <rect width={Math.max(0, Math.min(1, share)) * 100} height="6" class="part" />
      </svg>
      {percent(share)}
    </span>
  )
}
