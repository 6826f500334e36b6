import { globSync, readFileSync } from 'node:fs';
import ts from 'typescript';

/**
 * @typedef {{ name: string, type: string, doc: string, optional: boolean, initializer: ts.Expression | undefined }} Member
 * @typedef {{ name: string, doc: string, parent: string | undefined, members: Member[] }} ClassSource
 * @typedef {{ classes: Map<string, ClassSource>, constants: Map<string, string> }} Sources
 *   `constants`: the doc comment of each exported constant
 */

/** What is written in the sources and gone from the compiled code: comments, types, the order of fields. */
export function readSources(/** @type {readonly string[]} */ patterns) {
  /** @type {Sources} */
  const sources = { classes: new Map(), constants: new Map() };
  for (const path of globSync(patterns, { exclude: (name) => name.endsWith('.spec.ts') }).sort()) {
    for (const statement of parse(path).statements) readStatement(statement, sources);
  }
  return sources;
}

/** @param {ts.Statement} statement @param {Sources} sources */
function readStatement(statement, { classes, constants }) {
  if (ts.isClassDeclaration(statement) && statement.name) {
    const name = statement.name.text;
    classes.set(name, {
      name,
      doc: docOf(statement),
      parent: parentOf(statement),
      members: membersOf(statement),
    });
  } else if (ts.isVariableStatement(statement)) {
    for (const { name } of statement.declarationList.declarations)
      constants.set(name.getText(), docOf(statement));
  }
}

/**
 * Which files import a name from a module: `importersOf('#contracts', …).get('placeOrder')`.
 * @param {string} module @param {readonly string[]} patterns
 */
export function importersOf(module, patterns) {
  /** @type {Map<string, Set<string>>} */
  const importers = new Map();
  for (const path of globSync(patterns, { exclude: (name) => name.endsWith('.spec.ts') }).sort()) {
    for (const name of importedNames(parse(path), module)) {
      importers.set(name, (importers.get(name) ?? new Set()).add(path));
    }
  }
  return importers;
}

/** @param {ts.SourceFile} file @param {string} module @returns {string[]} */
function importedNames(file, module) {
  return file.statements.flatMap((statement) => {
    if (!ts.isImportDeclaration(statement) || !ts.isStringLiteral(statement.moduleSpecifier)) return [];
    const named = statement.importClause?.namedBindings;
    if (statement.moduleSpecifier.text !== module || !named || !ts.isNamedImports(named)) return [];
    return named.elements.map(({ name, propertyName }) => (propertyName ?? name).text);
  });
}

/** @param {string} path */
function parse(path) {
  return ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true);
}

/** @param {ts.ClassDeclaration} node */
function parentOf(node) {
  const [base] =
    node.heritageClauses?.find(({ token }) => token === ts.SyntaxKind.ExtendsKeyword)?.types ?? [];
  return base?.expression.getText();
}

/** @param {ts.ClassDeclaration} node @returns {Member[]} */
function membersOf(node) {
  return node.members.filter(ts.isPropertyDeclaration).map((member) => ({
    name: member.name.getText(),
    type: member.type?.getText().replace(/\s+/g, ' ') ?? '',
    doc: docOf(member),
    optional: member.questionToken !== undefined,
    initializer: member.initializer,
  }));
}

/** The doc comment as one line. @param {ts.Node} node */
function docOf(node) {
  const comments = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc);
  return (ts.getTextOfJSDocComment(comments.at(-1)?.comment) ?? '').replace(/\s+/g, ' ').trim();
}
