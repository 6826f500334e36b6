import { getMetadataStorage } from 'class-validator';

/** @typedef {ReturnType<ReturnType<typeof getMetadataStorage>['getTargetValidationMetadatas']>[number]} Decoration */

/** Said by the type of the field. */
const TYPES = new Set(['isString', 'isInt', 'isBoolean', 'isObject', 'isArray']);

/** @type {Readonly<Record<string, (...constraints: any[]) => string>>} */
const SHORT = {
  isIn: (values) =>
    `one of ${values.map((/** @type {string | number} */ value) => `\`${value}\``).join(', ')}`,
  isUuid: () => 'UUID',
  isIso8601: () => 'ISO 8601 time',
};

const RANGES = [
  ['min', 'max', ''],
  ['minLength', 'maxLength', ' characters'],
  ['arrayMinSize', 'arrayMaxSize', ' items'],
];

/** Every decorator of class-validator on the fields of a class, inherited ones too. */
export function decorationsOf(/** @type {Function} */ type) {
  return Map.groupBy(
    getMetadataStorage().getTargetValidationMetadatas(type, '', false, false),
    ({ propertyName }) => propertyName,
  );
}

/** What a field must be besides its type, in words: "1 to 64; one of `a`, `b`". @param {readonly Decoration[]} decorations */
export function rulesOf(decorations) {
  const checks = decorations.filter(({ type }) => type === 'customValidation');
  const ranges = RANGES.flatMap(([least, most, unit]) => {
    const [from, to] = [least, most].map(
      (name) => checks.find((check) => check.name === name)?.constraints[0],
    );
    return from === undefined && to === undefined ? [] : [`${range(from, to)}${unit}`];
  });
  const said = new Set([...TYPES, ...RANGES.flat()]);
  // Decorators are noted from the last to the first.
  const others = checks.filter(({ name }) => !said.has(String(name))).reverse();
  return [
    ...ranges,
    ...others.map((check) => SHORT[String(check.name)]?.(...(check.constraints ?? [])) ?? sentence(check)),
  ].join('; ');
}

/** @param {readonly Decoration[]} decorations @param {string} name */
export function isDecoratedWith(decorations, name) {
  return decorations.some((decoration) => decoration.name === name);
}

/** @param {number | undefined} from @param {number | undefined} to */
function range(from, to) {
  if (from === undefined) return `at most ${grouped(to)}`;
  if (to === undefined) return `at least ${grouped(from)}`;
  return `${grouped(from)} to ${grouped(to)}`;
}

/** @param {number | undefined} value */
function grouped(value) {
  return new Intl.NumberFormat('en').format(Number(value)).replaceAll(',', ' ');
}

/** What a client is told when the check fails, without "must be". @param {Decoration} check */
function sentence(check) {
  const { message, propertyName: property, constraintCls } = check;
  const constraints = check.constraints ?? [];
  const about = { property, constraints, value: undefined, object: {}, targetName: '' };
  const words =
    message ??
    getMetadataStorage().getTargetValidatorConstraints(constraintCls)[0]?.instance.defaultMessage?.(about);
  const text = typeof words === 'function' ? words(about) : (words ?? '');
  return text
    .replace(/\$constraint(\d)/g, (_, number) => String(constraints[number - 1]))
    .replace(/^\$property /, '')
    .replace(/^must be /, '');
}
