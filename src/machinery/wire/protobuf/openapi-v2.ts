/**
 * OpenAPI 2.0 documents in the protobuf form that Go clients ask for (github.com/google/gnostic-models/openapiv2, proto3):
 * JSON objects become lists of named values, and what may be anything travels as YAML, of which JSON is a part.
 */
import type { Json, JsonObject } from '../../object.ts'
import {
  closeField,
  extent,
  newWriter,
  type WireWriter,
  writeDoubleField,
  writeNumberField,
  writeTextField,
  written,
} from './wire-writer.ts'

/** How a value is written as the field of this number; nothing for one that is zero. */
type Field = (writer: WireWriter, number: number, value: Json) => void

/** JSON names with their numbers and forms, and the number of `vendor_extension`. */
interface Message {
  readonly fields: Readonly<Record<string, readonly [number, Field]>>
  readonly extensions: number
}

const text: Field = (writer, number, value) => {
  if (typeof value === 'string' && value !== '') writeTextField(writer, number, value)
}
const bool: Field = (writer, number, value) => {
  if (value === true) writeNumberField(writer, number, 1)
}
const integer: Field = (writer, number, value) => {
  if (typeof value === 'number' && value !== 0) writeNumberField(writer, number, value)
}
const double: Field = (writer, number, value) => {
  if (typeof value === 'number' && value !== 0) writeDoubleField(writer, number, value)
}
/** gnostic's Any. */
const anything: Field = (writer, number, value) => {
  within(writer, number, () => writeTextField(writer, 2, `${JSON.stringify(value)}\n`))
}

function within(writer: WireWriter, number: number, content: () => void): void {
  const before = extent(writer)
  content()
  closeField(writer, number, before)
}

const list =
  (item: Field): Field =>
  (writer, number, value) => {
    if (Array.isArray(value)) for (const each of value.toReversed()) item(writer, number, each)
  }

const texts = list((writer, number, value) => writeTextField(writer, number, String(value)))

/** A message that holds one other of several: `oneof`, by its number. */
const wrapped =
  (inner: number, field: Field): Field =>
  (writer, number, value) =>
    within(writer, number, () => field(writer, inner, value))

/** Values by name: a list of messages of a name and a value, in a message of its own unless `flat`. */
function named(value: Field, at = 1): Field {
  return (writer, number, object) => within(writer, number, () => namedValues(writer, at, object, value))
}

function namedValues(writer: WireWriter, number: number, object: Json, value: Field): void {
  if (!isObject(object)) return
  for (const [name, each] of Object.entries(object).toReversed()) {
    within(writer, number, () => {
      value(writer, 2, each)
      writeTextField(writer, 1, name)
    })
  }
}

function message(of: () => Message): Field {
  return (writer, number, value) => within(writer, number, () => writeFields(writer, of(), value))
}

function writeFields(writer: WireWriter, { fields, extensions }: Message, value: Json): void {
  if (!isObject(value)) return
  const own = Object.entries(value).flatMap(([name, each]) => {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined
    return field === undefined ? [] : [{ number: field[0], write: field[1], each }]
  })
  const vendor = Object.fromEntries(Object.entries(value).filter(([name]) => name.startsWith('x-')))
  // Of all messages here, extensions have the greatest number, but for the paths of Paths.
  namedValues(writer, extensions, vendor, anything)
  for (const { number, write, each } of own.sort((a, b) => b.number - a.number)) write(writer, number, each)
}

const schema = message(() => SCHEMA)
const properties = named(schema)

const SCHEMA: Message = {
  extensions: 31,
  fields: {
    $ref: [1, text],
    format: [2, text],
    title: [3, text],
    description: [4, text],
    default: [5, anything],
    multipleOf: [6, double],
    maximum: [7, double],
    exclusiveMaximum: [8, bool],
    minimum: [9, double],
    exclusiveMinimum: [10, bool],
    maxLength: [11, integer],
    minLength: [12, integer],
    pattern: [13, text],
    maxItems: [14, integer],
    minItems: [15, integer],
    uniqueItems: [16, bool],
    maxProperties: [17, integer],
    minProperties: [18, integer],
    required: [19, texts],
    enum: [20, list(anything)],
    additionalProperties: [
      21,
      (writer, number, value) =>
        within(writer, number, () => {
          if (typeof value === 'boolean') writeNumberField(writer, 2, value ? 1 : 0)
          else schema(writer, 1, value)
        }),
    ],
    type: [22, (writer, number, value) => within(writer, number, () => texts(writer, 1, asList(value)))],
    items: [23, (writer, number, value) => within(writer, number, () => list(schema)(writer, 1, asList(value)))],
    allOf: [24, list(schema)],
    properties: [25, properties],
    discriminator: [26, text],
    readOnly: [27, bool],
    example: [30, anything],
  },
}

/** The parameters that the server's documents have: primitive ones, in the query or the path, and the body. */
function primitive(shift: number, extensions: number): Message {
  return {
    extensions,
    fields: {
      required: [1, bool],
      in: [2, text],
      description: [3, text],
      name: [4, text],
      type: [5 + shift, text],
      format: [6 + shift, text],
      default: [9 + shift, anything],
      uniqueItems: [19 + shift, bool],
    },
  }
}
const QUERY = primitive(1, 23)
const PATH = primitive(0, 22)
const BODY: Message = {
  extensions: 6,
  fields: { description: [1, text], name: [2, text], in: [3, text], required: [4, bool], schema: [5, schema] },
}

/** ParametersItem, in which a Parameter, in which a NonBodyParameter, each one of several. */
const parameter: Field = (writer, number, value) => {
  const place = isObject(value) ? value.in : undefined
  if (place === 'body')
    wrapped(
      1,
      wrapped(
        1,
        message(() => BODY),
      ),
    )(writer, number, value)
  else if (place === 'path')
    wrapped(
      1,
      wrapped(
        2,
        wrapped(
          4,
          message(() => PATH),
        ),
      ),
    )(writer, number, value)
  else
    wrapped(
      1,
      wrapped(
        2,
        wrapped(
          3,
          message(() => QUERY),
        ),
      ),
    )(writer, number, value)
}

const RESPONSE: Message = { extensions: 5, fields: { description: [1, text], schema: [2, wrapped(1, schema)] } }

const OPERATION: Message = {
  extensions: 13,
  fields: {
    tags: [1, texts],
    summary: [2, text],
    description: [3, text],
    operationId: [5, text],
    produces: [6, texts],
    consumes: [7, texts],
    parameters: [8, list(parameter)],
    responses: [
      9,
      named(
        wrapped(
          1,
          message(() => RESPONSE),
        ),
      ),
    ],
    schemes: [10, texts],
    deprecated: [11, bool],
  },
}

const operation = message(() => OPERATION)
const PATH_ITEM: Message = {
  extensions: 10,
  fields: {
    get: [2, operation],
    put: [3, operation],
    post: [4, operation],
    delete: [5, operation],
    options: [6, operation],
    head: [7, operation],
    patch: [8, operation],
    parameters: [9, list(parameter)],
  },
}

const INFO: Message = { extensions: 7, fields: { title: [1, text], version: [2, text], description: [3, text] } }
const API_KEY: Message = {
  extensions: 5,
  fields: { type: [1, text], name: [2, text], in: [3, text], description: [4, text] },
}

const DOCUMENT: Message = {
  extensions: 16,
  fields: {
    swagger: [1, text],
    info: [2, message(() => INFO)],
    paths: [
      8,
      named(
        message(() => PATH_ITEM),
        2,
      ),
    ],
    definitions: [9, properties],
    security: [12, list(named((writer, number, value) => within(writer, number, () => texts(writer, 1, value))))],
    securityDefinitions: [
      13,
      named(
        wrapped(
          2,
          message(() => API_KEY),
        ),
      ),
    ],
  },
}

/** @param document Swagger 2.0 with what `/openapi/v2` has: other parts of the specification are left out. */
export function encodeOpenAPIV2(document: JsonObject): Buffer {
  const writer = newWriter()
  writeFields(writer, DOCUMENT, document)
  return written(writer)
}

function asList(value: Json): Json[] {
  return Array.isArray(value) ? value : [value]
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
