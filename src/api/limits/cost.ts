import {
  type ArgumentNode,
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLArgument,
  type GraphQLError,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  getOperationAST,
  isInterfaceType,
  isListType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql'
import { DEFAULT_PAGE } from '../entities/pageArgs'
import { userError } from '../userError'
import { MOST_BYTES, VALUE_BYTES } from './answer'

/** Values that a query may ask for by the sizes of its pages: no answer may have more. */
export const MOST_VALUES = Math.floor(MOST_BYTES / VALUE_BYTES)

/** Arguments that say how many there may be. */
const SIZES = new Set(['first', 'last', 'maxNodes'])

export interface Asked {
  schema: GraphQLSchema
  document: DocumentNode
  operationName?: string | null
  variableValues?: { readonly [name: string]: unknown } | null
}

/** Why an operation is not even begun: its pages, if full, hold more than an answer may. Undefined: it may be run. */
export function tooCostly(asked: Asked): GraphQLError | undefined {
  const values = mostValues(asked)
  if (values <= MOST_VALUES) return undefined
  return userError(
    'TOO_COSTLY',
    `the query asks for up to ${values.toLocaleString('en', { maximumSignificantDigits: 3 })} values, at most ${MOST_VALUES.toLocaleString('en')}: a page without first counts ${DEFAULT_PAGE}`,
    'ask for smaller pages (first) or fewer levels, and page on with after',
  )
}

/** Values (fields and items of lists) of an operation's answer if every page is as full as it may be. */
export function mostValues({ schema, document, operationName, variableValues }: Asked): number {
  const operation = getOperationAST(document, operationName)
  const root = operation && schema.getRootType(operation.operation)
  if (!operation || !root) return 0
  return new Counter(schema, document, operation, variableValues ?? {}).of(operation.selectionSet, root, 1)
}

class Counter {
  private readonly fragments = new Map<string, FragmentDefinitionNode>()
  /** `fragment size`: a fragment costs the same wherever it stands, so that many in one another take no longer */
  private readonly known = new Map<string, number>()

  constructor(
    private readonly schema: GraphQLSchema,
    document: DocumentNode,
    private readonly operation: OperationDefinitionNode,
    private readonly variables: { readonly [name: string]: unknown },
  ) {
    for (const node of document.definitions)
      if (node.kind === Kind.FRAGMENT_DEFINITION) this.fragments.set(node.name.value, node)
  }

  /** `size`: items of a list among these fields, where the field above says how many */
  of(selection: SelectionSetNode | undefined, type: GraphQLNamedType | undefined, size: number): number {
    let values = 0
    for (const node of selection?.selections ?? []) {
      if (node.kind === Kind.FRAGMENT_SPREAD) values += this.ofFragment(node.name.value, size)
      else if (node.kind === Kind.INLINE_FRAGMENT)
        values += this.of(node.selectionSet, this.typeOf(node.typeCondition?.name.value) ?? type, size)
      else {
        const field =
          isObjectType(type) || isInterfaceType(type) ? type.getFields()[node.name.value] : undefined
        const own = field && this.sizeOf(field, node.arguments ?? [])
        const inner = this.of(node.selectionSet, field && getNamedType(field.type), own ?? 1)
        const isList = field !== undefined && isListType(getNullableType(field.type))
        values += isList ? 1 + (own ?? size) * (1 + inner) : 1 + inner
      }
    }
    return values
  }

  private ofFragment(name: string, size: number): number {
    const key = `${name} ${size}`
    let values = this.known.get(key)
    if (values === undefined) {
      const fragment = this.fragments.get(name)
      values = fragment
        ? this.of(fragment.selectionSet, this.typeOf(fragment.typeCondition.name.value), size)
        : 0
      this.known.set(key, values)
    }
    return values
  }

  private typeOf(name: string | undefined): GraphQLNamedType | undefined {
    return name === undefined ? undefined : this.schema.getType(name)
  }

  /** How many a field may give; undefined: it does not say. */
  private sizeOf(field: GraphQLField<unknown, unknown>, given: readonly ArgumentNode[]): number | undefined {
    const sizes = field.args.filter(arg => SIZES.has(arg.name))
    if (sizes.length === 0) return undefined
    for (const arg of sizes) {
      const value = this.valueOf(arg, given)
      if (typeof value === 'number') return Math.max(0, value)
    }
    return DEFAULT_PAGE
  }

  private valueOf(arg: GraphQLArgument, given: readonly ArgumentNode[]): unknown {
    const node = given.find(({ name }) => name.value === arg.name)?.value
    if (node?.kind === Kind.INT) return Number(node.value)
    if (node?.kind !== Kind.VARIABLE) return node ? undefined : arg.defaultValue
    const value = this.variables[node.name.value]
    if (value !== undefined) return value
    const defined = this.operation.variableDefinitions?.find(
      ({ variable }) => variable.name.value === node.name.value,
    )
    return defined?.defaultValue?.kind === Kind.INT ? Number(defined.defaultValue.value) : arg.defaultValue
  }
}
