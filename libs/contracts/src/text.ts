import { Matches, ValidateBy, type ValidationOptions } from 'class-validator';

/**
 * Text that a person wrote: 1..max characters, well-formed Unicode without control characters (PostgreSQL refuses
 * U+0000, and a lone surrogate would be stored as something else), and nothing that looks like a card number.
 */
export function IsFreeText(max: number, options?: ValidationOptions): PropertyDecorator {
  return ValidateBy(
    {
      name: 'isFreeText',
      constraints: [max],
      validator: {
        validate: (value) => isFreeText(value, max),
        defaultMessage: () =>
          `must be 1 to ${max} characters of plain text, without control characters or card numbers`,
      },
    },
    options,
  );
}

/** A flat string → string map: at most 20 keys of 40 characters, values of 500. */
export function IsMetadata(options?: ValidationOptions): PropertyDecorator {
  return ValidateBy(
    {
      name: 'isMetadata',
      validator: {
        validate: isMetadata,
        defaultMessage: () =>
          'must have at most 20 keys (a-z, A-Z, 0-9, _ . -; up to 40) with plain text values up to 500',
      },
    },
    options,
  );
}

export function IsSku(options?: ValidationOptions): PropertyDecorator {
  return Matches(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, {
    message:
      'must be a SKU: 1 to 64 letters, digits, dots, dashes or underscores, starting with a letter or digit',
    ...options,
  });
}

/** The short name of a place where stock lies. */
export function IsLocation(): PropertyDecorator {
  return Matches(/^[a-z0-9][a-z0-9-]{0,31}$/, {
    message: 'must be a location: 1 to 32 lower-case letters, digits or dashes, not starting with a dash',
  });
}

/** A provider's token for a payment method. Never a card number: those have only digits. */
export function IsMethodToken(): PropertyDecorator {
  return Matches(/^(tok|pm)_[A-Za-z0-9_]{1,60}$/, {
    message: 'must be a payment method token, for example "tok_visa"',
  });
}

export function isFreeText(value: unknown, max: number): value is string {
  return (
    typeof value === 'string' &&
    value.length >= 1 &&
    value.length <= max &&
    value.isWellFormed() &&
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for.
    !/[\u0000-\u001f\u007f-\u009f]/.test(value) &&
    !holdsCardNumber(value)
  );
}

/** UUIDs, and hashes of 128 to 256 bits: one in seven hundred has digits that look like a card number by chance. */
const NO_CARDS = /(?<![0-9a-z])(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32,64})(?![0-9a-z])/gi;

/**
 * 13 to 19 digits, alone or in groups set apart by one space or dash, that start as payment cards do (2 to 6: a time in
 * milliseconds starts with 1) and pass the Luhn check (ISO/IEC 7812-1, annex B); not within a UUID or a hash.
 */
export function holdsCardNumber(text: string): boolean {
  for (const [run] of text.replaceAll(NO_CARDS, ' id ').matchAll(/\d(?:[ -]?\d){12,}/g)) {
    const groups = run.split(/[ -]/);
    if (groups.some((_, from) => startsWithCardNumber(groups.slice(from, from + 19)))) return true;
  }
  return false;
}

function startsWithCardNumber(groups: readonly string[]): boolean {
  let digits = '';
  for (const group of groups) {
    digits += group;
    if (/^[2-6]\d{12,18}$/.test(digits) && luhn(digits)) return true;
  }
  return false;
}

function luhn(digits: string): boolean {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits[digits.length - 1 - i]);
    const doubled = i % 2 === 0 ? digit : digit * 2;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}

function isMetadata(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const entries = Object.entries(value);
  return (
    entries.length <= 20 &&
    entries.every(([key, text]) => /^[\w.-]{1,40}$/.test(key) && key !== '__proto__' && isFreeText(text, 500))
  );
}
