/**
 * Tensors in the graph of an ONNX model, read in place. A session would copy a table of 26 MB several times
 * to return it; libraries for protocol buffers copy shared memory. Field numbers are those of onnx.proto
 * (ONNX 1.18).
 */

/** A tensor's size by dimension and its bytes, a view into the model's. */
export interface Kept {
  readonly dims: readonly number[];
  readonly bytes: Uint8Array;
}

const MODEL_GRAPH = 7;
const GRAPH_INITIALIZER = 5;
const TENSOR_DIMS = 1;
const TENSOR_NAME = 8;
const TENSOR_RAW_DATA = 9;

const VARINT = 0;
const FIXED_64 = 1;
const DELIMITED = 2;
const FIXED_32 = 5;

/** A field of a message: its number, its value if numeric, and its bytes if any. */
interface Field {
  readonly number: number;
  readonly value: number;
  readonly bytes: Uint8Array | null;
}

/**
 * The tensors of a model's graph by name.
 *
 * @throws Error if the bytes are not such a message.
 */
export function tensorsOf(model: Uint8Array): Map<string, Kept> {
  const found = new Map<string, Kept>();
  for (const graph of within(model, MODEL_GRAPH)) {
    for (const tensor of within(graph, GRAPH_INITIALIZER)) {
      const dims: number[] = [];
      let name = '';
      let bytes: Uint8Array = new Uint8Array();
      for (const field of fieldsOf(tensor)) {
        if (field.number === TENSOR_DIMS)
          dims.push(...(field.bytes === null ? [field.value] : packed(field.bytes)));
        // Shared memory has to be copied to be decoded.
        else if (field.number === TENSOR_NAME)
          name = new TextDecoder().decode(Uint8Array.from(field.bytes ?? []));
        else if (field.number === TENSOR_RAW_DATA && field.bytes !== null) bytes = field.bytes;
      }
      found.set(name, { dims, bytes });
    }
  }
  return found;
}

function* within(message: Uint8Array, number: number): Generator<Uint8Array> {
  for (const field of fieldsOf(message)) {
    if (field.number === number && field.bytes !== null) yield field.bytes;
  }
}

function* fieldsOf(message: Uint8Array): Generator<Field> {
  const cursor = { at: 0 };
  const skip = (size: number) => {
    const from = cursor.at;
    cursor.at += size;
    if (cursor.at > message.length) throw new Error('a field of the model goes on after its end');
    return message.subarray(from, cursor.at);
  };
  while (cursor.at < message.length) {
    const key = varint(message, cursor);
    const number = Math.floor(key / 8);
    const wire = key % 8;
    if (wire === VARINT) yield { number, value: varint(message, cursor), bytes: null };
    else if (wire === DELIMITED) yield { number, value: 0, bytes: skip(varint(message, cursor)) };
    else if (wire === FIXED_64 || wire === FIXED_32) skip(wire === FIXED_64 ? 8 : 4);
    else throw new Error('a field of the model is of no known kind');
  }
}

function* packed(bytes: Uint8Array): Generator<number> {
  for (const cursor = { at: 0 }; cursor.at < bytes.length;) yield varint(bytes, cursor);
}

/** A varint. Numbers beyond 2^53 lose precision, but sizes never get there. */
function varint(bytes: Uint8Array, cursor: { at: number }): number {
  let value = 0;
  for (let scale = 1; cursor.at < bytes.length; scale *= 128) {
    const byte = bytes[cursor.at]!;
    cursor.at += 1;
    value += (byte & 127) * scale;
    if (byte < 128) return value;
  }
  throw new Error('a number of the model goes on after its end');
}
