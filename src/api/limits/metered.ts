import {
  defaultFieldResolver,
  type GraphQLFieldResolver,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  isObjectType,
  SchemaMetaFieldDef,
  TypeMetaFieldDef,
  TypeNameMetaFieldDef,
} from 'graphql'
import type { Answer } from './answer'
import { turns } from './turns'

interface Context {
  /** absent: somebody else than a request reads the schema */
  answer?: Answer
}
type Resolver = GraphQLFieldResolver<unknown, Context | undefined>

interface Field {
  name: string
  resolve?: Resolver
}

const done = new WeakSet<object>()

/**
 * Counts every value that requests are answered with, introspection's too, in the `answer` of their context, and lets
 * the event loop turn between them. graphql has no place of its own for this: its types of introspection, and
 * `__typename`, are the same objects in every schema, so that theirs are replaced once in the process.
 */
export function meter(schema: GraphQLSchema): GraphQLSchema {
  const meta = [SchemaMetaFieldDef, TypeMetaFieldDef, TypeNameMetaFieldDef]
  for (const field of meta) meterField(field as Field, true)
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type)) continue
    const introspection = type.name.startsWith('__')
    for (const field of Object.values(type.getFields())) meterField(field as Field, introspection)
  }
  return schema
}

function meterField(field: Field, introspection: boolean): void {
  if (done.has(field)) return
  done.add(field)
  // What a row at hand tells comes at once: waiting for it would cost more than it is.
  const atHand = !field.resolve || introspection
  field.resolve = metered(field.resolve ?? (defaultFieldResolver as Resolver), !atHand)
}

function metered(resolve: Resolver, waits: boolean): Resolver {
  return (source, args, context, info) => {
    const answer = context?.answer
    if (!answer) return resolve(source, args, context, info)
    if (!answer.begin(info.path.key as string)) return answer.never
    const over = turns.take(1)
    if (over && waits) return turns.next(answer, 1).then(() => run(resolve, source, args, context, info))
    return run(resolve, source, args, context, info)
  }
}

function run(...[resolve, source, args, context, info]: [Resolver, ...Parameters<Resolver>]): unknown {
  const { answer } = context as { answer: Answer }
  if (answer.stopped) return answer.never
  try {
    const value: unknown = resolve(source, args, context, info)
    if (!isPromise(value)) return give(value, answer, info)
    return value.then(
      value => give(value, answer, info),
      error => {
        answer.failed(error, info)
        throw error
      },
    )
  } catch (error) {
    answer.failed(error, info)
    throw error
  }
}

/** A list is given when there is a turn for what is asked of its items. */
function give(value: unknown, answer: Answer, info: GraphQLResolveInfo): unknown {
  answer.count(value)
  if (answer.stopped) return answer.never
  if (!Array.isArray(value)) return value
  const values = value.length * (info.fieldNodes[0]!.selectionSet?.selections.length ?? 0)
  return values > 0 && turns.take(values) ? turns.next(answer, values).then(() => value) : value
}

function isPromise(value: unknown): value is Promise<unknown> {
  return typeof (value as Promise<unknown> | null | undefined)?.then === 'function'
}
