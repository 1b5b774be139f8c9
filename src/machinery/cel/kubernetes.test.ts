import assert from 'node:assert/strict'
import { test } from 'node:test'
import { kubernetesEnvironment } from './kubernetes.ts'
import { compileExpression } from './program.ts'
import { isError } from './value.ts'

function outcome(text: string): unknown {
  const program = compileExpression(text, kubernetesEnvironment())
  if (!program.ok) return program.error.text.split('\n')[0]
  const { result } = program.value.evaluate({})
  return isError(result) ? `error: ${result.message}` : result
}

const TRUE: Readonly<Record<string, readonly string[]>> = {
  'lists of Kubernetes': [
    '[1, 2, 3].isSorted() && !["b", "a"].isSorted()',
    '[1, 2, 3].sum() == 6 && [1.5, 2.5].sum() == 4.0 && [1u, 2u].sum() == 3u',
    '[duration("1m"), duration("30s")].sum() == duration("90s")',
    '[3, 1, 2].min() == 1 && ["a", "c", "b"].max() == "c"',
    '["a", "b", "a"].indexOf("a") == 0 && ["a", "b", "a"].lastIndexOf("a") == 2 && [1].indexOf(2) == -1',
  ],
  'lists of cel-go': [
    '[1, 2, 3, 4].slice(1, 3) == [2, 3] && [[1], [2, 3]].flatten() == [1, 2, 3]',
    '[3, 1, 2].sort() == [1, 2, 3] && ["bb", "a"].sortBy(text, text.size()) == ["a", "bb"]',
    'lists.range(3) == [0, 1, 2] && [1, 2].reverse() == [2, 1] && [1, 1, 2].distinct() == [1, 2]',
    '[1, 2, 3].first().value() == 1 && [1, 2, 3].last().value() == 3',
  ],
  sets: [
    'sets.contains([1, 2, 3], [3, 1]) && sets.intersects([1], [2, 1]) && sets.equivalent([1, 1, 2], [2, 1])',
    '!sets.contains([1], [2]) && !sets.intersects([1], [2]) && !sets.equivalent([1], [1, 2])',
  ],
  strings: [
    '"Wörld".charAt(1) == "ö" && "a,b,c".split(",", 2) == ["a", "b,c"] && ["a", "b"].join("-") == "a-b"',
    '"hello".substring(1, 3) == "el" && "  x ".trim() == "x" && "aXa".lowerAscii().replace("a", "b") == "bxb"',
    '"hello".indexOf("l") == 2 && "hello".lastIndexOf("l") == 3 && strings.quote("a\\"b") == "\\"a\\\\\\"b\\""',
    '"%s has %d of %.1f".format(["x", dyn(3), dyn(1234.56)]) == "x has 3 of 1,234.6"',
  ],
  'regular expressions': [
    '"abc 123".find("[0-9]+") == "123" && "123 abc 456".findAll("[0-9]+") == ["123", "456"]',
    '"123 abc 456".findAll("[0-9]+", 1) == ["123"] && "none".find("[0-9]+") == ""',
    '"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!".matches("^(a+)+$") == false',
  ],
  urls: [
    'url("https://user@example.com:80/a%20b?k=1&k=2#frag").getHost() == "example.com:80"',
    'url("https://[::1]:80/").getHostname() == "::1" && url("https://[::1]:80/").getPort() == "80"',
    'url("https://example.com/with space").getEscapedPath() == "/with%20space"',
    'url("/path?k=1&k=2").getQuery() == {"k": ["1", "2"]} && url("/path").getScheme() == ""',
    'isURL("/absolute") && !isURL("../relative")',
  ],
  addresses: [
    'ip("2001:db8::0001").family() == 6 && string(ip("2001:db8:0:0::1")) == "2001:db8::1"',
    'ip.isCanonical("127.0.0.1") && !ip.isCanonical("2001:DB8::1") && isIP("::") && !isIP("::ffff:1.2.3.4")',
    'ip("127.0.0.1").isLoopback() && ip("169.254.1.1").isLinkLocalUnicast() && ip("8.8.8.8").isGlobalUnicast()',
    'cidr("192.168.0.0/24").containsIP("192.168.0.7") && !cidr("192.168.0.0/24").containsIP(ip("10.0.0.1"))',
    'cidr("10.0.0.0/8").containsCIDR("10.1.0.0/16") && !cidr("10.1.0.0/16").containsCIDR(cidr("10.0.0.0/8"))',
    'cidr("192.168.1.5/24").masked() == cidr("192.168.1.0/24") && cidr("::1/128").prefixLength() == 128',
    'type(ip("::1")) == net.IP && !isCIDR("10.0.0.0/33")',
  ],
  quantities: [
    'quantity("1Gi").compareTo(quantity("1024Mi")) == 0 && quantity("200M") == quantity("0.2G")',
    'quantity("50k").add(20).sub(quantity("100k")).asInteger() == -49980 && sign(quantity("-1")) == -1',
    'quantity("1").isLessThan(quantity("2")) && isQuantity("1.3Gi") && !isQuantity("20Xi")',
    'quantity("50.703k").asApproximateFloat() == 50703.0 && !quantity("9999999999999999999999G").isInteger()',
  ],
  versions: [
    'semver("1.2.3-alpha.1").isLessThan(semver("1.2.3")) && semver("1.10.0").isGreaterThan(semver("1.9.0"))',
    'isSemver("v1.02", true) && !isSemver("v1.0") && semver("v1", true).major() == 1',
    'semver("1.0.0+a").compareTo(semver("1.0.0+b")) == 0 && semver("1.0.0-2").isLessThan(semver("1.0.0-alpha"))',
  ],
  'named formats': [
    '!format.dns1123Label().validate("my-label").hasValue() && format.uuid().validate("x").value().size() == 1',
    'format.named("labelValue").hasValue() && !format.named("nothing").hasValue()',
  ],
  optionals: [
    '{"a": 1}[?"b"].orValue(2) == 2 && {"a": 1}.?a.value() == 1 && !{"a": 1}.?b.hasValue()',
    'optional.of(2).optMap(x, x * 2).value() == 4 && {"a": {"b": 1}}.?a.optFlatMap(m, m.?b).value() == 1',
    '[?optional.none(), 1].size() == 1 && optional.ofNonZeroValue("") == optional.none()',
  ],
  'comprehensions with two variables': [
    '[2, 4].all(index, value, value == (index + 1) * 2) && {"a": 1}.exists(key, value, key == "a" && value == 1)',
    '["a", "b"].transformMap(index, value, index == 1, value + "!") == {1: "b!"}',
    '{"a": 1, "b": 2}.transformMapEntry(key, value, {value: key}) == {1: "a", 2: "b"}',
    '[1, 2, 3].transformList(index, value, value > 1, index * value) == [2, 6] && [1].existsOne(i, v, v == 1)',
  ],
  'numbers of several types': ['1 < 1.5 && 2u > 1 && dyn(1) == 1.0 && 9223372036854775807 > 1u'],
}

for (const [subject, expressions] of Object.entries(TRUE)) {
  test(`the environment of Kubernetes: ${subject}`, () => {
    for (const expression of expressions) assert.equal(outcome(expression), true, expression)
  })
}

const ERRORS: readonly (readonly [string, string])[] = [
  ['[1][1] == 1', 'error: index out of bounds: 1'],
  ['{"a": 1}["b"] == 1', 'error: no such key: b'],
  ['1 / 0 == 1', 'error: division by zero'],
  ['9223372036854775807 + 1 > 0', 'error: integer overflow'],
  ['dyn(1) + dyn("a") == 1', 'error: no such overload'],
  ['dyn(1).startsWith("a")', 'error: no such overload: startsWith(int, string)'],
  ['[dyn(1)].min() < [].max()', 'error: max called on empty list'],
  ['"abc".substring(5) == ""', 'error: index out of range: 5'],
  [
    'quantity("x") == quantity("1")',
    "error: quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
  ],
  [
    'ip("nothing") == ip("::1")',
    'error: IP Address "nothing" parse error during conversion from string: ParseAddr("nothing"): unable to parse IP',
  ],
  ['optional.none().value() == 1', 'error: optional.none() dereference'],
]

test('what fails when it is evaluated', () => {
  for (const [expression, expected] of ERRORS) assert.equal(outcome(expression), expected)
})

const REFUSED: readonly (readonly [string, string])[] = [
  ['x', "ERROR: <input>:1:1: undeclared reference to 'x' (in container '')"],
  ['1 + "a"', "ERROR: <input>:1:3: found no matching overload for '_+_' applied to '(int, string)'"],
  ['"a".size(1)', "ERROR: <input>:1:9: found no matching overload for 'size' applied to 'string.(int)'"],
  ['[1, "a"]', "ERROR: <input>:1:5: expected type 'int' but found 'string'"],
  ['1 ? 2 : 3', "ERROR: <input>:1:3: found no matching overload for '_?_:_' applied to '(int, int, int)'"],
  ['1 && true', "ERROR: <input>:1:1: expected type 'bool' but found 'int'"],
  [
    '"x".all(y, true)',
    "ERROR: <input>:1:1: expression of type 'string' cannot be range of a comprehension (must be list, map, or dynamic)",
  ],
  ['has(1)', 'ERROR: <input>:1:5: invalid argument to has() macro'],
  ['[1].all(1, true)', 'ERROR: <input>:1:9: argument must be a simple name'],
  [
    '1 +',
    "ERROR: <input>:1:4: Syntax error: mismatched input '<EOF>' expecting {'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}",
  ],
  ['namespace', 'ERROR: <input>:1:1: reserved identifier: namespace'],
  ['duration("x") == duration("1s")', 'ERROR: <input>:1:10: invalid duration argument'],
  ['"a".matches("(")', 'ERROR: <input>:1:13: invalid matches argument'],
  ['cel.bind(x, 1, x)', "ERROR: <input>:1:1: undeclared reference to 'cel' (in container '')"],
]

test('what is refused when it is compiled', () => {
  for (const [expression, expected] of REFUSED) assert.equal(outcome(expression), expected)
})
