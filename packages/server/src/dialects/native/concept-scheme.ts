import { maxTypesPerList } from '#domain/catalogue-rules.ts';
import { compact } from '#domain/compact.ts';
import { isObject } from '#domain/merge.ts';
import { type Fault, refuseFaults } from '#domain/refusal.ts';
import { maxFaults } from '#http/validation.ts';
import type { Scheme } from '#operations/entitlement-lists/import.ts';
import { textOf } from './json-ld-text.ts';

type Path = Fault['path'];
type Node = Record<string, unknown>;

/** A scheme that was read, and where in the document each of its members stands. */
export type ReadScheme = { scheme: Scheme; pathOf: (path: Path) => Path };

// Names under which members stand in documents of OpenActive, and in those that SKOS tools write.
const skos = (name: string) => [name, `skos:${name}`, `http://www.w3.org/2004/02/skos/core#${name}`];
const terms = (name: string) => [name, `dct:${name}`, `dcterms:${name}`, `http://purl.org/dc/terms/${name}`];
const names = {
  id: ['@id', 'id'],
  type: ['@type', 'type'],
  title: [...terms('title'), ...skos('prefLabel')],
  description: terms('description'),
  license: terms('license'),
  concepts: [...skos('concept'), ...skos('hasTopConcept')],
  label: skos('prefLabel'),
};

/**
 * Reads a JSON-LD document of a ConceptScheme: its members by their usual names, labels as text or by language (English first).
 * What else it says is ignored. Its context is not loaded, so ids must be whole URLs.
 *
 * @throws Refusal `invalid` with every fault
 */
export function readConceptScheme(document: unknown): ReadScheme {
  if (!isObject(document)) refuseFaults([{ path: [], code: 'type', message: 'must be a ConceptScheme object' }]);
  const reader = new Reader();
  const node = document as Node;
  reader.type(node, [], 'ConceptScheme', true);
  const uri = reader.text(node, [], 'id', Number.POSITIVE_INFINITY);
  const title = reader.text(node, [], 'title', 200);
  const description = reader.optionalText(node, [], 'description', 2000);
  const license = reader.optionalText(node, [], 'license', 2000);
  const concepts = reader.concepts(node);
  refuseFaults(reader.faults.slice(0, maxFaults));
  const scheme = compact({ uri, title, description, license, concepts }) as Scheme;
  return { scheme, pathOf: (path) => documentPath(node, path) };
}

/** Where a member of a {@link Scheme} stands in the document. */
function documentPath(node: Node, [member, index, inner]: Path): Path {
  if (member === 'concepts') {
    const [name = 'concept', items] = memberOf(node, 'concepts') ?? [];
    const concept = (items as Node[])[index as number] as Node;
    return [name, index as number, memberOf(concept, inner === 'uri' ? 'id' : 'label')?.[0] ?? String(inner)];
  }
  const name = member === 'uri' ? 'id' : (member as keyof typeof names);
  return [memberOf(node, name)?.[0] ?? name];
}

/** The first of a member's names that the object has, and its value. */
function memberOf(node: Node, member: keyof typeof names): [string, unknown] | undefined {
  const name = names[member].find((candidate) => Object.hasOwn(node, candidate) && node[candidate] !== null);
  return name === undefined ? undefined : [name, node[name]];
}

/** Reads members and collects what is wrong with them. */
class Reader {
  readonly faults: Fault[] = [];

  concepts(node: Node): Scheme['concepts'] {
    const [name, items] = memberOf(node, 'concepts') ?? ['concept'];
    if (!Array.isArray(items)) {
      const code = items === undefined ? 'required' : 'type';
      this.#fault([name], code, items === undefined ? 'is required' : 'must be an array of concepts');
      return [];
    }
    // An empty scheme would retire every type there is.
    if (items.length === 0) this.#fault([name], 'too-short', 'must not be empty');
    if (items.length > maxTypesPerList) {
      this.#fault([name], 'too-long', `must have at most ${maxTypesPerList} items`);
      return [];
    }
    return items.map((item, index) => this.#concept(item, [name, index]));
  }

  #concept(item: unknown, path: Path): Scheme['concepts'][number] {
    if (!isObject(item)) {
      this.#fault(path, 'type', 'must be a Concept object with its id and prefLabel');
      return { uri: '', label: '' };
    }
    this.type(item, path, 'Concept', false);
    return {
      uri: this.text(item, path, 'id', Number.POSITIVE_INFINITY),
      label: this.text(item, path, 'label', 200),
    };
  }

  type(node: Node, path: Path, wanted: string, required: boolean): void {
    const [name, value] = memberOf(node, 'type') ?? ['@type'];
    if (value === undefined && !required) return;
    if ([value].flat().some((type) => skos(wanted).includes(String(type)))) return;
    this.#fault([...path, name], value === undefined ? 'required' : 'value', `must be "${wanted}"`);
  }

  text(node: Node, path: Path, member: keyof typeof names, most: number): string {
    const [name = names[member][0] as string] = memberOf(node, member) ?? [];
    const text = this.optionalText(node, path, member, most);
    if (text === undefined && !this.faults.some((fault) => fault.path.join('/') === [...path, name].join('/'))) {
      this.#fault([...path, name], 'required', 'is required');
    }
    return text ?? '';
  }

  optionalText(node: Node, path: Path, member: keyof typeof names, most: number): string | undefined {
    const [name, value] = memberOf(node, member) ?? [];
    if (name === undefined) return undefined;
    const text = textOf(value);
    if (text === undefined) this.#fault([...path, name], 'type', 'must be a text, or texts by language');
    else if ([...text].length > most) this.#fault([...path, name], 'too-long', `must have at most ${most} characters`);
    return text === '' ? undefined : text;
  }

  #fault(path: Path, code: string, message: string): void {
    this.faults.push({ path, code, message });
  }
}
