import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeOsc, encodeOsc, MAX_PACKET_BYTES } from './osc-codec.ts';

const hex = (text: string) => Uint8Array.from(Buffer.from(text.replace(/\s+/g, ''), 'hex'));
/** Both of "Examples: OSC Message" in the specification 1.0. */
const OSCILLATOR = hex('2f6f7363 696c6c61 746f722f 342f6672 65717565 6e637900 2c660000 43dc0000');
const FOO = hex('2f666f6f 00000000 2c696973 66660000 000003e8 ffffffff 68656c6c 6f000000 3f9df3b6 40b5b22d');
const bundle = (...parts: Uint8Array[]) => {
  const sized = parts.flatMap((part) => {
    const size = Buffer.alloc(4);
    size.writeInt32BE(part.length);
    return [size, part];
  });
  return Buffer.concat([Buffer.from('#bundle\0'), hex('00000000 00000001'), ...sized]);
};

describe('OSC 1.0', () => {
  test('reads the examples of the specification', () => {
    expect(decodeOsc(OSCILLATOR)).toEqual([{ address: '/oscillator/4/frequency', args: [440] }]);
    const [foo] = decodeOsc(FOO)!;
    expect(foo?.address).toBe('/foo');
    expect(foo?.args.slice(0, 3)).toEqual([1000, -1, 'hello']);
    expect(foo?.args[3]).toBeCloseTo(1.234, 6);
    expect(foo?.args[4]).toBeCloseTo(5.678, 6);
  });

  test('writes them byte for byte, but that a float without a fraction goes as an integer', () => {
    expect(Buffer.from(encodeOsc({ address: '/foo', args: [1000, -1, 'hello', 1.234, 5.678] }))).toEqual(Buffer.from(FOO)); // prettier-ignore
    expect(Buffer.from(encodeOsc({ address: '/a', args: [] }))).toEqual(Buffer.from(hex('2f610000 2c000000')));
  });

  test('reads truth, nothing, impulse and wide numbers, and messages without types', () => {
    expect(decodeOsc(hex('2f610000 2c54464e 49000000'))).toEqual([{ address: '/a', args: [true, false, null, true] }]);
    expect(decodeOsc(hex('2f610000 2c686400 ffffffff fffffffe 3ff80000 00000000'))).toEqual([{ address: '/a', args: [-2, 1.5] }]); // prettier-ignore
    expect(decodeOsc(hex('2f610000'))).toEqual([{ address: '/a', args: [] }]);
  });

  test('opens bundles in order, also bundles of bundles, and gives up where they nest without end', () => {
    const nested = bundle(OSCILLATOR, bundle(FOO), OSCILLATOR);
    expect(decodeOsc(nested)?.map(({ address }) => address)).toEqual(['/oscillator/4/frequency', '/foo', '/oscillator/4/frequency']); // prettier-ignore
    let deep: Uint8Array = OSCILLATOR;
    for (let i = 0; i < 100; i++) deep = bundle(deep);
    expect(decodeOsc(deep)).toBeNull();
    expect(decodeOsc(bundle(...Array.from({ length: 17 }, () => hex('2f610000'))))).toBeNull();
  });

  test.each([
    ['nothing', ''],
    ['no multiple of four', '2f610000 2c'],
    ['an address that does not begin with a stroke', '61626300 2c000000'],
    ['a text without an end', '2f616161'],
    ['padding that is not zero', '2f610001'],
    ['types without a comma', '2f610000 69000000 00000001'],
    ['a number that is cut off', '2f610000 2c690000'],
    ['bytes behind the last argument', '2f610000 2c000000 00000000'],
    ['a type that nobody presses', '2f610000 2c620000 00000000'],
    ['text that is no UTF-8', '2f610000 2c730000 ff000000'],
    ['a bundle whose part is longer than itself', '2362756e 646c6500 00000000 00000001 7fffffff'],
    ['a bundle with a negative length', '2362756e 646c6500 00000000 00000001 ffffffff'],
    ['a bundle without a time', '2362756e 646c6500'],
  ])('refuses %s', (_what, bytes) => {
    expect(decodeOsc(hex(bytes))).toBeNull();
  });

  test('refuses what is larger than any message of ours', () => {
    const text = (length: number) => encodeOsc({ address: '/a', args: ['x'.repeat(length)] });
    expect(decodeOsc(text(4000))).not.toBeNull();
    expect(decodeOsc(text(MAX_PACKET_BYTES))).toBeNull();
  });

  const argument = fc.oneof(
    fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll('\0', '')),
    fc.integer({ min: -(2 ** 31) + 1, max: 2 ** 31 - 1 }),
    fc.float({ noNaN: true }).filter((value) => !Number.isInteger(value) || Math.abs(value) >= 2 ** 31),
    fc.boolean(),
    fc.constant(null),
  );

  test('what is written is read again', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^\/[a-z/]{0,30}$/), fc.array(argument, { maxLength: 8 }), (address, args) => {
        const message = { address, args };
        const bytes = encodeOsc(message);
        expect(bytes.length % 4).toBe(0);
        expect(decodeOsc(bytes)).toEqual([message]);
        expect(decodeOsc(bundle(bytes, bytes))).toEqual([message, message]);
      }),
    );
  });

  test('never throws, whatever the bytes: noise, cut-off and changed messages', () => {
    const noise = fc.uint8Array({ maxLength: 200 });
    const changed = fc.tuple(fc.constantFrom(OSCILLATOR, FOO, bundle(FOO, bundle(OSCILLATOR))), fc.nat(), fc.nat(255), fc.nat()).map(([bytes, at, byte, cut]) => {
      const copy = Uint8Array.from(bytes);
      copy[at % copy.length] = byte;
      return copy.subarray(0, cut % 3 === 0 ? cut % (copy.length + 1) : copy.length);
    }); // prettier-ignore
    fc.assert(
      fc.property(fc.oneof(noise, changed), (bytes) => {
        const messages = decodeOsc(bytes);
        if (messages !== null) for (const { address } of messages) expect(address.startsWith('/')).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});
