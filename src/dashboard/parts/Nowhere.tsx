export function Nowhere() {
  return (
    <>
      <h1>Nothing here</h1>
      <p>
        There is no page at this address. Search for a model, an account or an id above, or go to the{' '}
        <a href="/">overview</a>.
      </p>
    </>
  )
}
